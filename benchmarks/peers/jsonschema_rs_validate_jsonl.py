"""The limit of that: ``jsonschema_rs`` over ``msgspec``, with nothing else around it. It says that, not what."""

import json
import sys

import jsonschema_rs
import msgspec

with open(sys.argv[2], "rb") as file:
    validator = jsonschema_rs.validator_for(json.load(file))
is_valid, decode = validator.is_valid, msgspec.json.Decoder().decode
with open(sys.argv[1], "rb") as lines:
    sys.exit(any(not is_valid(decode(line)) for line in lines))
