"""``corpusfmt schema``."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from corpusfmt import storage
from corpusfmt.cli.arguments import add_sources, parser
from corpusfmt.cli.configured import config_of, settled
from corpusfmt.cli.messages import plural, say
from corpusfmt.text.display import JSON, harmless
from corpusfmt.verbs.infer import infer

EXAMPLES = (
    ("schema infer news.jsonl -o record.schema.json", "of the records"),
    ("schema infer news.seed --metadata", "of the metadata"),
)


def run(arguments: Sequence[str]) -> int:
    """Infer a schema. Returns 0, and 1 when documents could not be read and were left out."""
    options = parser(
        "schema", "Write a JSON Schema that describes the records, or the metadata, of sources.",
        "infer SOURCE... [options]", EXAMPLES,
    )  # fmt: skip
    options.required_arguments.add_argument("action", choices=("infer",), help="infer: write the schema")
    add_sources(options)
    args = options.parse_args(arguments)
    found = infer(args.sources, settled(args, config_of(args)), metadata=args.metadata, closed=args.closed)
    if args.output == "-":
        sys.stdout.write(_text(found.schema, sys.stdout.encoding))
    else:
        storage.check_apart([("schema", args.output)], [("a source", path) for path in found.sources])
        output = storage.open_output(args.output)
        try:
            output.write(_text(found.schema, "utf-8").encode())
            output.finish()
            output.publish()
        finally:
            output.discard()
    if not args.quiet:
        left = f"; {plural(found.refused, 'record')} could not be read and were not counted" if found.refused else ""
        say(f"{plural(found.records, 'record')} in {plural(len(found.sources), 'source')}{left}")
    return 1 if found.refused else 0


def _text(schema: dict[str, Any], encoding: str) -> str:
    """Return a schema as JSON text: keys can be read, but what a terminal or a CI runner might obey is escaped."""
    text = json.dumps(schema, ensure_ascii=encoding.lower() not in ("utf-8", "utf8"), indent=2)
    if not text.isascii():
        text = "".join([c if c == "\n" or c.isprintable() else json.dumps(c)[1:-1] for c in text])
    return harmless(f"{text}\n", JSON)
