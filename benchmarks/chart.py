"""The chart of the README: speed of the main job, ours and the peers'. Plain SVG, for light and dark pages."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import measure
from contestants import OURS, PURE, TWO
from report import Row, who

ROUTE, KIND = "jsonl-to-jsonl", "articles"
#: What looks at nothing is no peer here, nor are ours in other ways.
LEFT_OUT = ("cp", TWO, PURE)
WIDTH, LEFT, RIGHT, TOP, STEP, BAR = 720, 170, 70, 66, 30, 18
STYLE = """
  text { font: 14px system-ui, sans-serif; fill: #1f2328; }
  .page { fill: #ffffff; } .small { font-size: 12px; fill: #59636e; } .head { font-size: 15px; font-weight: 600; }
  .ours { fill: #0a6cc4; } .peer { fill: #9aa4ae; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; } .page { fill: #0d1117; } .small { fill: #9198a1; }
    .ours { fill: #4b9ff2; } .peer { fill: #6b747d; }
  }
"""


def speeds(rows: Sequence[Row]) -> list[tuple[str, float]]:
    """Return MB of source per second of processor time, the fastest first. Ours is that beside the first peer."""
    found: dict[str, float] = {}
    for row in rows:
        if (row.route, row.kind) == (ROUTE, KIND) and row.peer not in LEFT_OUT:
            found.setdefault(OURS, row.size / 1e6 / measure.middle(row.pairs.ours, measure.cpu))
            found[row.peer] = row.size / 1e6 / measure.middle(row.pairs.theirs, measure.cpu)
    return sorted(found.items(), key=lambda item: -item[1])


def draw(rows: Sequence[Row]) -> str:
    """Return the chart, or nothing where the main job was not measured."""
    bars = speeds(rows)
    if not bars:
        return ""
    height = TOP + STEP * len(bars) + 10
    view = f'viewBox="0 0 {WIDTH} {height}"'
    scale = (WIDTH - LEFT - RIGHT) / bars[0][1]
    found = sorted({round(row.size / 1e6) for row in rows if (row.route, row.kind) == (ROUTE, KIND)})
    sizes = " or ".join(map(str, found))
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" {view}>',
        "<title>Speed of JSON Lines to JSON Lines: corpusfmt and other tools</title>",
        f"<style>{STYLE}</style>",
        f'<rect class="page" width="{WIDTH}" height="{height}" rx="6"/>',
        '<text class="head" x="16" y="26">JSON Lines to JSON Lines: MB for each second of processor time</text>',
        f'<text class="small" x="16" y="46">Articles, {sizes} MB; all cores are counted; more is better</text>',
    ]
    for number, (name, speed) in enumerate(bars):
        y = TOP + STEP * number
        kind, label = ("ours", name) if name == OURS else ("peer", who(name).replace("`", ""))
        length = max(2.0, speed * scale)
        lines += [
            f'<text x="{LEFT - 10}" y="{y + 14}" text-anchor="end">{escape(label)}</text>',
            f'<rect class="{kind}" x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR}" rx="2"/>',
            f'<text x="{LEFT + length + 8:.1f}" y="{y + 14}">{speed:,.0f}</text>',
        ]
    return "\n".join([*lines, "</svg>", ""])
