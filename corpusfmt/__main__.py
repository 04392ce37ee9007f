"""``python -m corpusfmt``."""

import sys

from corpusfmt.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
