"""The SHA-256 of a file, by ``hashlib``."""

import hashlib
import sys

with open(sys.argv[1], "rb", buffering=0) as source:
    print(hashlib.file_digest(source, "sha256").hexdigest())
