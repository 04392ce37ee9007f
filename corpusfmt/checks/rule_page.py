"""The page of a rule, from its record; for the command and for docs/rules/."""

from __future__ import annotations

from corpusfmt import plugins
from corpusfmt.model.rule import Rule
from corpusfmt.text.display import shown

_LINE, _LINES = 100, 12


def page(rule: Rule) -> str:
    """Return the page of a rule or fault, in Markdown."""
    parts = [
        f"# {rule.code}: {rule.summary}",
        f"Severity: {rule.severity}. Category: {plugins.subject_of(rule.code)}.",
        rule.why,
        f"What to do: {rule.advice}.",
    ]
    for title, example in (("Wrong", rule.bad), ("Right", rule.good)):
        files = example if isinstance(example, tuple) else (example,)
        for number, file in enumerate(filter(None, files), 1):
            which = f"{title}, file {number}" if len(files) > 1 else title
            which += f", with --max-document {rule.max_document}" if rule.max_document else ""
            parts.append(f"{which} ({rule.example}; bytes that do not show are written as escapes):")
            parts.append("\n".join(_example(file)))
    return "\n\n".join(parts) + "\n"


def _example(data: bytes) -> list[str]:
    lines = data.removesuffix(b"\n").split(b"\n")
    kept = [f"    {shown(line, _LINE)}" for line in lines[:_LINES]]
    return kept + (["    …"] if len(lines) > _LINES else [])
