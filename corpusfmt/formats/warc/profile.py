"""What native archives add to WARC: a metadata record after each document, with its id, name and metadata.

    Content-Type: application/x.corpusfmt.document+json; version=1

    {"id":"d1","name":"a.txt","meta":{"language":"en"}}

It stands right after the record of its text and names it in WARC-Refers-To. One more metadata record ends the bundle:

    WARC-Warcinfo-ID: <urn:uuid:...>
    Content-Type: application/x.corpusfmt.end+json; version=1

    {"documents":1}

The warcinfo record before them says ``corpusfmt-profile: 1``: a text without its metadata record, and documents without
the record that ends them, are then known to be cut.
"""

from __future__ import annotations

from typing import Final

NATIVE_TYPE: Final = b"application/x.corpusfmt.document+json"
NATIVE_VERSION: Final = NATIVE_TYPE + b"; version=1"
END_TYPE: Final = b"application/x.corpusfmt.end+json"
END_VERSION: Final = END_TYPE + b"; version=1"
PROFILE: Final = b"corpusfmt-profile: 1\r\n"
