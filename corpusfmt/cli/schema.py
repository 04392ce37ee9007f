"""``corpusfmt schema``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from corpusfmt import storage
from corpusfmt.cli.arguments import add_reading, parser, reading_of
from corpusfmt.cli.talk import plural, say
from corpusfmt.text.display import JSON, harmless
from corpusfmt.verbs.infer import infer

if TYPE_CHECKING:
    from corpusfmt.cli.arguments import Parser


def run(arguments: Sequence[str]) -> int:
    """Infer a schema. Returns 0, and 1 when documents could not be read and were left out."""
    options = parser("schema", "The JSON Schema that the records, or the metadata, of sources obey.")
    options.add_argument("action", choices=("infer",), help="infer: write the schema")
    _add(options)
    args = options.parse_args(arguments)
    found = infer(args.sources, reading_of(args), metadata=args.metadata, closed=args.closed)
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


def _add(options: Parser) -> None:
    add_reading(options)
    options.add_argument(
        "-o", "--output", default="-", metavar="FILE", help="where to write it (default: standard output)"
    )
    options.add_argument("--metadata", action="store_true", help="of the metadata, for --metadata-schema")
    options.add_argument("--closed", action="store_true", help="allow no other keys than those that were seen")
    options.add_argument("-q", "--quiet", action="store_true", help="no summary")
