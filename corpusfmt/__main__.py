"""``python -m corpusfmt``."""

import sys

if __name__ == "__main__":
    if not sys.flags.safe_path:
        del sys.path[0]  # the working folder: what lies beside a corpus is no part of the program, nor a plug-in

    from corpusfmt.cli.main import main

    sys.exit(main())
