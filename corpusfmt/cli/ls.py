"""``corpusfmt ls``."""

from __future__ import annotations

from collections.abc import Sequence

from corpusfmt.cli.arguments import add_reading, parser, reading_of
from corpusfmt.cli.printers import dump, say_finding
from corpusfmt.cli.talk import put
from corpusfmt.model.document import Document
from corpusfmt.sources import Unused, bounded, opened, scanned, sources
from corpusfmt.text.display import shown


def run(arguments: Sequence[str]) -> int:
    """List documents. Returns 1 when a record could not be read."""
    options = parser("ls", "List documents: id, name, bytes of text, place; a line each, with tabs between.")
    add_reading(options)
    options.add_argument(
        "--output-format", choices=("text", "jsonl"), default="text", help="text (default), or a JSON object a line"
    )
    args = options.parse_args(arguments)
    reading = reading_of(args).checked(args.sources)
    line = _text if args.output_format == "text" else _json
    code = 0
    unused = Unused(reading)
    paths = sources(args.sources, reading).paths
    for path in paths:
        with opened(path, reading) as (stream, format):
            unused.saw(format, last=path == paths[-1])
            for batch in bounded(scanned(stream, format, reading.options_for(format, path)), reading.limits):
                if batch.documents:
                    put("\n".join([line(document) for document in batch.documents]))
                for finding in batch.findings:
                    if finding.severity == "error":
                        code = 1
                        say_finding(finding)
    return code


def _text(document: Document) -> str:
    origin = document.origin
    place = f"{origin.path}:{origin.line}" if origin else ""
    return "\t".join([shown(str(document.id)), shown(document.name), str(len(document.data)), shown(place)])


def _json(document: Document) -> str:
    origin = document.origin
    record = {"id": document.id, "name": document.name, "bytes": len(document.data)}
    if origin:
        record |= {"path": origin.path, "line": origin.line, "byte": origin.byte}
    return dump(record)
