"""``corpusfmt formats``."""

from __future__ import annotations

from collections.abc import Sequence

from corpusfmt import detect, registry
from corpusfmt.cli.arguments import parser
from corpusfmt.core.text import shown


def run(arguments: Sequence[str]) -> int:
    """Print what is read and written. Returns 0."""
    parser("formats", "What is read and written, the suffixes, and what each format cannot carry.").parse_args(
        arguments
    )
    for index, format in enumerate(registry.formats().values()):
        if index:
            print()
        print(f"{shown(format.name)}  {shown(format.title)}")
        suffixes = f"{' '.join(format.suffixes)}, each also with {' or '.join(detect.COMPRESSED)}"
        print(f"  suffixes      {suffixes if format.suffixes else f'none: --from {format.name}, --to {format.name}'}")
        for option in format.options:
            choices = f" ({', '.join(option.choices)})" if option.choices else ""
            side = "" if option.side == "both" else f", to {option.side}"
            print(f"  option        {option.name}: {option.summary}{choices}{side}")
        for kind, what in format.cannot.items():
            print(f"  cannot carry  {kind}: {what}")
    return 0
