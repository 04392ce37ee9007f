"""``corpusfmt rules``."""

from __future__ import annotations

from collections.abc import Sequence

from corpusfmt import plugins
from corpusfmt.cli.arguments import parser
from corpusfmt.cli.messages import put
from corpusfmt.cli.printers import dump
from corpusfmt.model.rule import Rule


def run(arguments: Sequence[str]) -> int:
    """Print all codes, by subject. Returns 0."""
    options = parser("rules", "List rules and faults. Those with a star are checked only if selected.")
    options.add_argument(
        "--output-format", choices=("text", "json"), default="text", help="text (default), or a JSON array"
    )
    if options.parse_args(arguments).output_format == "json":
        _json()
        return 0
    subject = ""
    for rule in plugins.codes():
        prefix = rule.code.rstrip("0123456789")
        if prefix != subject:
            put(f"{chr(10) if subject else ''}{prefix}: {plugins.subject_of(prefix)}")
            subject = prefix
        put(f"  {rule.code:8}{' ' if rule.default else '*'} {rule.severity:7}  {rule.summary}")
    return 0


def _json() -> None:
    def said(rule: Rule) -> dict[str, object]:
        return {
            "code": rule.code,
            "severity": rule.severity,
            "default": rule.default,
            "summary": rule.summary,
            "why": rule.why,
            "advice": rule.advice,
        }

    put(dump([said(rule) for rule in plugins.codes()], indent=1))
