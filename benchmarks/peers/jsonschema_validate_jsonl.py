"""JSON Lines against a JSON Schema, by hand over ``json`` and ``jsonschema``: the line, and what is wrong with it."""

import json
import sys

from jsonschema import Draft202012Validator

with open(sys.argv[2], encoding="utf-8") as file:
    validator = Draft202012Validator(json.load(file))
found = 0
with open(sys.argv[1], encoding="utf-8") as lines:
    for number, line in enumerate(lines, 1):
        for error in validator.iter_errors(json.loads(line)):
            found += 1
            print(f"{sys.argv[1]}:{number}: {error.message[:200]}")
sys.exit(found > 0)
