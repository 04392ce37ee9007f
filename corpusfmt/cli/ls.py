"""``corpusfmt ls``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from corpusfmt.cli.arguments import add_sources, parser
from corpusfmt.cli.configured import config_of, settled
from corpusfmt.cli.messages import complain, described, plural, say
from corpusfmt.cli.printers import dump, say_finding
from corpusfmt.cli.progress import Bar
from corpusfmt.model.document import Document
from corpusfmt.model.errors import ParseError
from corpusfmt.model.finding import Finding
from corpusfmt.model.format import Batch
from corpusfmt.sources.batches import bounded, scanned
from corpusfmt.sources.files import opened, sources
from corpusfmt.sources.settings import Unused
from corpusfmt.text.display import harmless, shown
from corpusfmt.verbs.validate.run import PASSED

#: So many documents are printed on a terminal.
CAP = 100
EXAMPLES = (
    ("ls news.warc.gz", "the documents of an archive"),
    ("ls corpus/ | wc -l", "how many documents there are"),
    ("ls corpus/ --output-format jsonl", "for programs"),
)


def run(arguments: Sequence[str]) -> int:
    """List documents. Returns 1 when a record could not be read.

    Raises, after all other files were listed, what keeps a file from being opened.
    """
    options = parser(
        "ls", "List documents, one per line: id, name, bytes of text, position; separated by tabs.",
        "SOURCE... [options]", EXAMPLES,
    )  # fmt: skip
    add_sources(options)
    args = options.parse_args(arguments)
    line = _text if args.output_format == "text" else _json
    most = CAP if sys.stdout.isatty() and not args.all else 0
    with Bar(enabled=not args.quiet) as bar:
        reading = settled(args, config_of(args)).checked(args.sources)._replace(progress=bar.steps)
        listing = _Listing(line, most, bar)
        unused = Unused(reading)
        paths = sources(args.sources, reading).paths
        bar.begin(paths)
        failures: list[Exception] = []
        for path in paths:
            try:
                with opened(path, reading) as (stream, format):
                    unused.saw(format, last=path == paths[-1] and not failures)
                    batches = scanned(stream, format, reading.options_for(format, path), reading.progress)
                    for batch in bounded(batches, reading.limits):
                        listing.add(batch)
            except ParseError as error:  # from the file layer
                listing.tell(error.finding)
            except PASSED as failure:
                failures.append(failure)
        if not failures:
            unused.check()
    if listing.left:
        say(f"... and {plural(listing.left, 'document')} more; --all prints all")
    for other in failures[1:]:
        complain(described(other))
    if failures:
        raise failures[0]
    return listing.code


class _Listing:
    """Prints documents, at most so many when there is a limit, and records that could not be read."""

    def __init__(self, line: Callable[[Document], str], most: int, bar: Bar) -> None:
        self._line, self._most, self._bar = line, most, bar
        self._printed = self.left = self.code = 0

    def add(self, batch: Batch) -> None:
        """Print the documents of a batch."""
        documents = batch.documents[: self._most - self._printed] if self._most else batch.documents
        if documents:
            self._bar.write(harmless("".join([f"{self._line(document)}\n" for document in documents])))
        self._printed += len(documents)
        self.left += len(batch.documents) - len(documents)
        for finding in batch.findings:
            if finding.severity == "error":
                self.tell(finding)

    def tell(self, finding: Finding) -> None:
        """Print an error."""
        self.code = 1
        say_finding(finding)


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
