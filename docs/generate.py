"""Write docs/rules/ and the tables of elements and of limits, from the records of the code: ``make docs``."""

from __future__ import annotations

from pathlib import Path

from corpusfmt import plugins
from corpusfmt.checks.rule_page import page
from corpusfmt.formats.tei.thirdparty.elements import table as elements
from corpusfmt.model.limit_table import LIMITS, measured

DOCS = Path(__file__).resolve().parent


def main() -> None:
    """Write a page for each code, the list of them, and the tables."""
    rules()
    for file, mark, made in (("tei.md", "elements", elements()), ("limits.md", "limits", table())):
        path = DOCS / file
        path.write_text(with_table(path.read_text(encoding="utf-8"), mark, made), encoding="utf-8", newline="\n")


def with_table(text: str, name: str, made: str) -> str:
    """Return a page with a table as the code has it, between its marks."""
    before, mark, rest = text.partition(f"<!-- {name} -->\n")
    _, end, after = rest.partition(f"<!-- end of {name} -->\n")
    if not (mark and end):
        raise SystemExit(f"a page has lost the marks around its table of {name}")
    return f"{before}{mark}\n{made}\n{end}{after}"


def table() -> str:
    """Return the table of limits."""
    lines = ["| name | usual | at most | of what | set by | told as |", "| --- | --- | --- | --- | --- | --- |"]
    for one in LIMITS:
        most = measured(one.most, one.unit) if one.option else "fixed"
        codes = " ".join(f"[{code}](rules/{code}.md)" for code in one.codes) or f"a message: {one.word}"
        option = f"`{one.option.strip()}`" if one.option else ""
        lines.append(f"| {one.name} | {measured(one.default, one.unit)} | {most} | {one.what} | {option} | {codes} |")
    return "\n".join(lines) + "\n"


def rules() -> None:
    """Write a page for each code, and the list of them."""
    folder = DOCS / "rules"
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.md"):
        old.unlink()
    lines = ["# Rules and faults", "", "| code | severity | what |", "| --- | --- | --- |"]
    for rule in plugins.codes():
        (folder / f"{rule.code}.md").write_text(page(rule), encoding="utf-8", newline="\n")
        lines.append(f"| [{rule.code}]({rule.code}.md) | {rule.severity} | {rule.summary} |")
    (folder / "README.md").write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
