"""``corpusfmt verify``."""

from __future__ import annotations

from collections.abc import Sequence

from corpusfmt.cli.arguments import parser
from corpusfmt.cli.messages import plural, put, say
from corpusfmt.cli.printers import dump
from corpusfmt.text.display import shown
from corpusfmt.verbs.verify import SIDES, Discrepancy, Verification

EXAMPLES = (
    ("convert news.seed -o news.jsonl --receipt news.receipt.json", "convert, and write a receipt"),
    ("verify news.receipt.json", "check all files and documents later"),
    ("verify news.receipt.json --only outputs --quick", "check the digests of the targets only"),
)


def run(arguments: Sequence[str]) -> int:
    """Check files against a receipt. Returns 0 when all are as it says, and 1 otherwise."""
    options = parser(
        "verify", "Check the files of a conversion, and the documents in them, against its receipt.",
        "RECEIPT [options]", EXAMPLES,
    )  # fmt: skip
    options.required_arguments.add_argument(
        "receipt", metavar="RECEIPT", help="the file that 'corpusfmt convert --receipt' wrote"
    )
    args = options.parse_args(arguments)
    verification = Verification(args.receipt, (args.only,) if args.only else SIDES, quick=args.quick)
    line = _json if args.output_format == "jsonl" else _text
    count = 0
    for discrepancy in verification.run():
        count += 1
        put(line(discrepancy))
    if not args.quiet:
        _summary(verification, count)
    return 1 if count else 0


def _text(discrepancy: Discrepancy) -> str:
    return f"{shown(discrepancy.path)}: {shown(discrepancy.message)}"


def _json(discrepancy: Discrepancy) -> str:
    return dump(discrepancy._asdict())


def _summary(verification: Verification, count: int) -> None:
    good = plural(verification.files, "file")
    if verification.documents:
        good += f" and {plural(verification.documents, 'document')}"
    if verification.unchecked:
        say(f"{plural(verification.unchecked, 'input')} came from standard input or a pipe and cannot be checked")
    match = "matches" if good == "1 file" else "match"
    less = f"; {plural(count, 'thing')} {'does' if count == 1 else 'do'} not" if count else ""
    say(f"verified: {good} {match} the receipt{less}")
