"""``corpusfmt rule``."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from corpusfmt import plugins
from corpusfmt.checks.rule_page import page
from corpusfmt.cli.arguments import parser
from corpusfmt.cli.messages import put
from corpusfmt.model.errors import ConfigurationError
from corpusfmt.text.display import quoted


def run(arguments: Sequence[str]) -> int:
    """Print the page of a code, or the list of all. Returns 0."""
    options = parser("rule", "Print the page of one rule or fault; without a code, list all.", "[CODE]")
    options.add_argument("code", nargs="?", metavar="CODE", help="such as SEED002; without one, a list")
    code = options.parse_args(arguments).code
    found = {rule.code: rule for rule in plugins.codes()}
    if code is None:
        for rule in found.values():
            put(f"{rule.code}  {rule.severity:7}  {rule.summary}")
        return 0
    if code.upper() not in found:
        close = get_close_matches(code.upper(), found, 1)
        hint = f"did you mean {close[0]}?" if close else "'corpusfmt rules' lists them"
        raise ConfigurationError(f"unknown code {quoted(code)}; {hint}")
    put(page(found[code.upper()]).removesuffix("\n"))
    return 0
