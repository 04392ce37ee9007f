"""Write docs/rules/, docs/options.md, the tables of elements and of limits, the schema of a configuration and the
patterns of the hooks for pre-commit, from the records of the code: ``make docs``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from corpusfmt import plugins
from corpusfmt.checks.rule_page import page
from corpusfmt.cli.reports.record import module_of
from corpusfmt.config import SCHEMA
from corpusfmt.formats.tei.thirdparty.elements import table as elements
from corpusfmt.model.limit_table import LIMITS, measured
from corpusfmt.model.loss_kinds import KINDS
from corpusfmt.options import GROUPS, REPORTS, SETTINGS, Setting

DOCS = Path(__file__).resolve().parent
OPTIONS = """# Options

An option has the same name on the command line, in `corpusfmt.toml` and in the library (with underscores for dashes).
One on the command line comes before the configuration. `corpusfmt COMMAND --help` lists those of a command.

Options of formats are given as options of the command (`--layout hf`), with the format (`--from jsonl:layout=hf`), in
the table `[options]` of a configuration, or in an entry of `[[paths]]`. Those of plug-ins work in the same way.
"""

#: Suffixes that other files have as well: a hook that is given the names of files takes these in their place.
SHARED = {".xml": ".tei.xml", ".wat": ".warc.wat"}


def main() -> None:
    """Write a page for each code, the list of them, and the tables."""
    rules()
    (DOCS / "options.md").write_text(options(), encoding="utf-8", newline="\n")
    schema = json.dumps(configuration_schema(), indent=2) + "\n"
    (DOCS.parent / "schemas" / SCHEMA).write_text(schema, encoding="utf-8", newline="\n")
    hooks = DOCS.parent / ".pre-commit-hooks.yaml"
    hooks.write_text(with_patterns(hooks.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
    for file, mark, made in (
        ("tei.md", "elements", elements()),
        ("limits.md", "limits", table()),
        ("losses.md", "kinds", kinds()),
        ("checks.md", "reports", reports()),
    ):
        path = DOCS / file
        path.write_text(with_table(path.read_text(encoding="utf-8"), mark, made), encoding="utf-8", newline="\n")


def configuration_schema() -> dict[str, Any]:
    """Return the JSON Schema of a configuration."""
    tables: dict[str, dict[str, Any]] = {"": {}, "schemas": {}}
    for one in SETTINGS:
        if one.key:
            table, _, key = one.key.rpartition(".")
            tables[table][key] = typed(one)
    by_path = {one.name: typed(one) for one in SETTINGS if one.by_path}
    tables["schemas"]["xml"] = {"description": "RELAX NG schema of XML sources", "type": "string"}
    codes = {"type": "array", "items": {"type": "string"}}
    value = {"type": ["string", "integer"]}
    properties = {
        **tables[""],
        "per-file-ignores": {
            "description": 'codes that are not reported for files that match a pattern, as in "scraped/**" = ["TXT1"]',
            "type": "object",
            "additionalProperties": codes,
        },
        "options": {
            "description": 'options of formats by name, as in layout = "dolma"',
            "type": "object",
            "additionalProperties": value,
        },
        "paths": {
            "description": "settings for files that match a pattern; the last matching entry applies",
            "type": "array",
            "items": {
                "type": "object",
                "required": ["match"],
                "properties": {
                    "match": {
                        "description": "pattern of paths, or several",
                        "type": ["string", "array"],
                        "items": {"type": "string"},
                    },
                    **by_path,
                },
                "additionalProperties": {"description": "an option of the format", **value},
            },
        },
        "schemas": {
            "description": "schemas to validate with",
            "type": "object",
            "additionalProperties": False,
            "properties": tables["schemas"],
        },
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The configuration of corpusfmt",
        "description": "corpusfmt.toml, or the table tool.corpusfmt of pyproject.toml; paths are relative to it",
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
    }


def typed(one: Setting) -> dict[str, Any]:
    """Return the JSON Schema of a value."""
    kinds: Mapping[str, dict[str, Any]] = {
        "flag": {"type": "boolean"},
        "codes": {"type": "array", "items": {"type": "string"}},
        "size": {"type": ["string", "integer"]},
        "number": {"type": "integer", "minimum": one.least, "maximum": one.most},
        "seconds": {"type": "number"},
        "limits": {"type": "object", "additionalProperties": {"type": ["string", "integer"]}},
        "choice": {"type": "string", "enum": list(one.choices)},
    }
    return {"description": one.summary, **kinds.get(one.kind, {"type": "string"})}


def with_patterns(text: str) -> str:
    """Return the hooks for pre-commit with patterns of the suffixes of all formats."""
    known = [suffix for name in plugins.builtin_names() for suffix in plugins.builtin(name).suffixes]
    plain = [suffix for suffix in known if not suffix.endswith((".gz", ".zst"))]
    packed = [re.escape(suffix) for suffix in known if suffix not in plain]
    hooks = []
    for hook in text.split("\n- id: "):
        suffixes = plain if "pass_filenames: false" in hook else [SHARED.get(suffix, suffix) for suffix in plain]
        open_ones = rf"\.({'|'.join(re.escape(suffix[1:]) for suffix in suffixes)})(\.(gz|zst))?"
        pattern = f"(?i)({'|'.join([open_ones, *packed])})$"
        before, _, after = hook.partition("\n  files: ")
        _, line_end, rest = after.partition("\n")
        hooks.append(f"{before}\n  files: '{pattern}'{line_end}{rest}" if after else hook)
    return "\n- id: ".join(hooks)


def with_table(text: str, name: str, made: str) -> str:
    """Return a page with a table as the code has it, between its marks."""
    before, mark, rest = text.partition(f"<!-- {name} -->\n")
    _, end, after = rest.partition(f"<!-- end of {name} -->\n")
    if not (mark and end):
        raise SystemExit(f"a page has lost the marks around its table of {name}")
    return f"{before}{mark}\n{made}\n{end}{after}"


def reports() -> str:
    """Return the table of reports: of each the beginning of its docstring."""
    rows = [
        f"| `{name}` | {(module_of(name).__doc__ or '').split('. ')[0].partition(chr(10))[0].rstrip('.')} |\n"
        for name in REPORTS
    ]
    return "".join(["| format | what it is |\n| --- | --- |\n", *rows])


def kinds() -> str:
    """Return the table of kinds of loss."""
    return "\n".join(
        ["| kind | what is lost |", "| --- | --- |", *(f"| `{one.name}` | {one.what} |" for one in KINDS), ""]
    )


def table() -> str:
    """Return the table of limits."""
    lines = [
        "| name | default | maximum | applies to | set by | reported as |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for one in LIMITS:
        most = measured(one.most, one.unit) if one.option else "fixed"
        found = [rule.code for rule in plugins.codes() if rule.max_document and one.name == "document"]
        codes = " ".join(f"[{code}](rules/{code}.md)" for code in [*found, *one.codes]) or f"a message: {one.word}"
        option = f"`{one.option.strip()}`" if one.option else ""
        lines.append(f"| {one.name} | {measured(one.default, one.unit)} | {most} | {one.what} | {option} | {codes} |")
    return "\n".join(lines) + "\n"


def options() -> str:
    """Return the page of all options."""
    lines = [OPTIONS]
    for group in GROUPS:
        lines += [
            f"## {group.capitalize()}",
            "",
            "| option | commands | key in corpusfmt.toml | what |",
            "| --- | --- | --- | --- |",
        ]
        for one in SETTINGS:
            if one.group == group:
                value = "" if one.kind == "flag" else f" {one.metavar or '{' + ','.join(one.choices) + '}'}"
                short = f"`-{one.short}` " if one.short else ""
                key = f"`{one.key}`" if one.key else ""
                key += (", " if key else "") + "`[[paths]]`" if one.by_path else ""
                commands = ", ".join(one.commands)
                lines.append(f"| {short}`--{one.name}{value}` | {commands} | {key} | {one.summary} |")
        lines.append("")
    lines += ["## Options of formats", "", "| format | option | for | what |", "| --- | --- | --- | --- |"]
    for format in plugins.formats().values():
        for option in format.options:
            choices = f" ({', '.join(option.choices)})" if option.choices else ""
            side = "reading, writing" if option.side == "both" else {"read": "reading", "write": "writing"}[option.side]
            lines.append(f"| {format.name} | `--{option.name}` | {side} | {option.summary}{choices} |")
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
