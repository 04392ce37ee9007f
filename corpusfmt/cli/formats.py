"""``corpusfmt formats``."""

from __future__ import annotations

from collections.abc import Sequence

from corpusfmt import plugins, sniff
from corpusfmt.cli.arguments import parser
from corpusfmt.cli.configured import format_spec
from corpusfmt.cli.messages import put
from corpusfmt.text.display import shown

EXAMPLES = (
    ("formats", "the list"),
    ("formats --pair seed jsonl:layout=hf", "what a conversion would lose"),
)


def run(arguments: Sequence[str]) -> int:
    """Print list the formats, or what does not fit from one format into another. Returns 0."""
    options = parser(
        "formats", "List the formats: suffixes, options, and what each cannot hold.", "[options]", EXAMPLES
    )
    options.add_argument(
        "--pair", nargs=2, metavar=("FROM", "TO"),
        help="what documents of one format would lose in another, with options as in jsonl:layout=hf",
    )  # fmt: skip
    options.add_argument("--output-format", choices=("text", "json"), default="text", help="with --pair: text or json")
    args = options.parse_args(arguments)
    if args.pair:
        _pair(*args.pair, as_json=args.output_format == "json")
        return 0
    if args.output_format != "text":
        options.error("--output-format needs --pair")
    for index, format in enumerate(plugins.formats().values()):
        if index:
            put("")
        put(f"{shown(format.name)}  {shown(format.title)}")
        packed = [suffix for suffix in format.suffixes if suffix.endswith(sniff.COMPRESSED)]
        plain = [suffix for suffix in format.suffixes if suffix not in packed]
        suffixes = " and ".join([f"{' '.join(plain)}, each also with {' or '.join(sniff.COMPRESSED)}", *packed])
        put(f"  suffixes      {suffixes if format.suffixes else f'none; use --from/--to {format.name}'}")
        for option in format.options:
            choices = f" ({', '.join(option.choices)})" if option.choices else ""
            side = "" if option.side == "both" else f", to {option.side}"
            put(f"  option        {option.name}: {option.summary}{choices}{side}")
        for kind, what in format.cannot.items():
            put(f"  cannot carry  {kind}: {what}")
        if format.leaves:
            put(f"  drops         {format.leaves}")
    return 0


def _pair(source: str, target: str, *, as_json: bool) -> None:
    from corpusfmt.cli.printers import dump
    from corpusfmt.verbs.format_losses import pair, side

    found = pair(side(*_named(source)), side(*_named(target)))
    if as_json:
        record = found._asdict()
        record["left_behind"] = record.pop("dropped")
        record["lost"] = [{"kind": kind, "what": what, "why": why} for kind, what, why in found.lost]
        put(dump(record))
        return
    put(f"{shown(found.source)} -> {shown(found.target)}")
    for kind, what, why in found.lost:
        put(f"  would lose    {kind}: {what} ({shown(why)})")
    if not found.lost:
        put("  fits          all ids, names, metadata and texts")
    if found.size:
        put(f"  too large     {found.size}")
    if found.transcoded:
        put("  changes       texts in another known encoding are converted to UTF-8")
    if not found.ordered:
        put("  not kept      the order of documents")
        put("  may clash     names that differ only in case or normalisation, or that are folders of others")
    if found.dropped:
        put(f"  drops         {found.dropped}")
    kinds = dict.fromkeys(kind for kind, _, _ in found.lost)
    if kinds:
        put(
            "A conversion that would lose one of these writes nothing, unless you allow the loss: "
            f"--allow-loss {','.join(kinds)}"
        )


def _named(spec: str) -> tuple[str, dict[str, str]]:
    name, own = format_spec(spec)
    return name or "", own
