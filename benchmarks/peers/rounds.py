"""Run our command over some files in turn, and print the processor time of each run, without start-up.

rounds.py N TARGET VERB FILE...: a line of JSON for each of N rounds. TARGET is where a conversion writes to.
"""

import contextlib
import json
import os
import sys
import time

from corpusfmt.cli.main import main

count, target, verb, *paths = sys.argv[1:]
more = ["-o", target, "--force", "--on-error", "skip"] if verb == "convert" else []


def seconds(path: str) -> float:
    """Return the processor time of one run, which may find faults."""
    began = time.process_time()
    with open(os.devnull, "w") as nothing, contextlib.redirect_stdout(nothing), contextlib.redirect_stderr(nothing):
        code = main([verb, path, "--quiet", *more])
    if code not in (0, 1):
        sys.exit(f"{verb} {path}: exit code {code}")
    return time.process_time() - began


for path in paths:
    seconds(path)
for _ in range(int(count)):
    print(json.dumps([seconds(path) for path in paths]), flush=True)
