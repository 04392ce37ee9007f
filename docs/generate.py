"""Write docs/rules/ and the table of elements in docs/tei.md, from the records of the code: ``make docs``."""

from __future__ import annotations

from pathlib import Path

from corpusfmt import registry
from corpusfmt.formats.tei.foreign.elements import table
from corpusfmt.pages import page

DOCS = Path(__file__).resolve().parent


def main() -> None:
    """Write a page for each code, the list of them, and the table of elements."""
    rules()
    tei = DOCS / "tei.md"
    tei.write_text(with_elements(tei.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")


def with_elements(text: str) -> str:
    """Return the page on TEI with the table of elements as the code has it, between its marks."""
    before, mark, rest = text.partition("<!-- elements -->\n")
    _, end, after = rest.partition("<!-- end of elements -->\n")
    if not (mark and end):
        raise SystemExit("docs/tei.md has lost the marks around its table of elements")
    return f"{before}{mark}\n{table()}\n{end}{after}"


def rules() -> None:
    """Write a page for each code, and the list of them."""
    folder = DOCS / "rules"
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.md"):
        old.unlink()
    lines = ["# Rules and faults", "", "| code | severity | what |", "| --- | --- | --- |"]
    for rule in registry.codes():
        (folder / f"{rule.code}.md").write_text(page(rule), encoding="utf-8", newline="\n")
        lines.append(f"| [{rule.code}]({rule.code}.md) | {rule.severity} | {rule.summary} |")
    (folder / "README.md").write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
