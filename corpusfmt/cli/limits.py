"""``corpusfmt limits``."""

from __future__ import annotations

from collections.abc import Sequence

from corpusfmt.cli.arguments import parser
from corpusfmt.cli.messages import put
from corpusfmt.model.limit_table import LIMITS, measured


def run(arguments: Sequence[str]) -> int:
    """Print all limits. Returns 0."""
    parser(
        "limits", "List all limits: the default, the maximum, the option that sets it, and what it applies to."
    ).parse_args(arguments)
    rows = [("name", "default", "maximum", "set by", "applies to")]
    for one in LIMITS:
        most = measured(one.most, one.unit) if one.option else "fixed"
        rows.append((one.name, measured(one.default, one.unit), most, one.option.strip() or "-", one.what))
    widths = [max(len(row[at]) for row in rows) for at in range(4)]
    for row in rows:
        put("  ".join([cell.ljust(width) for cell, width in zip(row, widths, strict=False)] + [row[4]]))
    return 0
