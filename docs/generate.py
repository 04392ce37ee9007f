"""Write docs/rules/ from the records of rules and faults: ``make docs``."""

from __future__ import annotations

from pathlib import Path

from corpusfmt import registry
from corpusfmt.pages import page


def main() -> None:
    """Write a page for each code, and the list of them."""
    folder = Path(__file__).resolve().parent / "rules"
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
