"""TEI parsed by ``iterparse`` of lxml, and nothing done with it: the limit of a loop over it."""

import sys

from teis import texts

if not sum(1 for _ in texts(sys.argv[1])):
    sys.exit("there is no TEI")
