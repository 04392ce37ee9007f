"""``corpusfmt schema``."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from corpusfmt import storage
from corpusfmt.cli.arguments import add_sources, parser
from corpusfmt.cli.settings import config_of, settled
from corpusfmt.cli.talk import plural, say
from corpusfmt.text.display import JSON, harmless
from corpusfmt.verbs.infer import infer

EXAMPLES = (
    ("schema infer news.jsonl -o record.schema.json", "of the records"),
    ("schema infer news.seed --metadata", "of the metadata"),
)


def run(arguments: Sequence[str]) -> int:
    """Infer a schema. Returns 0, and 1 when documents could not be read and were left out."""
    options = parser(
        "schema", "Write the JSON Schema that the records, or the metadata, of sources obey.",
        "infer SOURCE... [options]", EXAMPLES,
    )  # fmt: skip
    options.required_arguments.add_argument("action", choices=("infer",), help="infer: write the schema")
    add_sources(options)
    args = options.parse_args(arguments)
    found = infer(args.sources, settled(args, config_of(args)), metadata=args.metadata, closed=args.closed)
    text = harmless(found.text, JSON)
    if args.output == "-":
        sys.stdout.write(text)
    else:
        output = storage.open_output(args.output)
        try:
            output.write(text.encode())
            output.finish()
            output.publish()
        finally:
            output.discard()
    if not args.quiet:
        left = f"; {plural(found.refused, 'record')} could not be read and did not count" if found.refused else ""
        say(f"{plural(found.records, 'record')} in {plural(found.sources, 'source')}{left}")
    return 1 if found.refused else 0
