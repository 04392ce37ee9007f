"""Makes mutants of a module: small changes of its syntax tree, one at a time.

What no test is to notice is left alone: annotations, docstrings, what is said in words, and the tables in words.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.FloorDiv: ast.Mult, ast.LShift: ast.RShift,
    ast.RShift: ast.LShift, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
_WORDS = re.compile(r"\w+[^\w]* .*\w", re.S)
_RECORDS = ("FORMAT", "FAULTS", "BY_CODE", "OPTIONS")
#: Of the patterns that a regular expression makes by losing a byte, every third is taken.
_THIN = 3


class Mutant(NamedTuple):
    """A change to be made in a tree. ``lines`` are those of the statement; ``top`` says that it is in no function."""

    line: int
    lines: range
    change: str
    apply: Callable[[], None]
    top: bool


class _Maker:
    def __init__(self) -> None:
        self.made: list[Mutant] = []
        self._lines, self._top = range(0), True

    def _add(self, node: Any, change: str, apply: Callable[[], None]) -> None:
        self.made.append(Mutant(node.lineno, self._lines, change, apply, self._top))

    def _set(self, node: Any, change: str, **values: Any) -> None:
        self._add(node, change, lambda: vars(node).update(values))

    def statements(self, body: list[ast.stmt]) -> None:
        for index, node in enumerate(body):
            self._statement(body, index, node)

    def _statement(self, body: list[ast.stmt], index: int, node: ast.stmt) -> None:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            return
        inner = getattr(node, "body", None)
        self._lines = range(node.lineno, max(node.lineno + 1, inner[0].lineno if inner else (node.end_lineno or 0) + 1))
        if isinstance(node, ast.FunctionDef):
            top, self._top = self._top, False
            self.statements(node.body)
            self._top = top
            return
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            return
        if isinstance(node, ast.Assign | ast.AnnAssign):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Name) and target.id in _RECORDS:
                return
        removed = isinstance(node, ast.Expr | ast.AugAssign | ast.Delete | ast.Raise) or (
            isinstance(node, ast.Assign) and not isinstance(node.targets[0], ast.Name)
        )
        if removed and not self._top:
            # A function that loses its closure could not be put in the place of the one that is in use.
            instead = ast.parse("super()" if "super()" in ast.unparse(node) else "pass").body[0]
            swapped = ast.copy_location(instead, node)
            self._add(node, "statement removed", lambda: body.__setitem__(index, swapped))
        if isinstance(node, ast.Break | ast.Continue):
            other = ast.copy_location(ast.Continue() if isinstance(node, ast.Break) else ast.Break(), node)
            self._add(node, "break <-> continue", lambda: body.__setitem__(index, other))
        nothing = isinstance(node, ast.Return) and (node.value is None or ast.unparse(node.value) == "None")
        if isinstance(node, ast.Return) and not nothing:
            self._set(node, "return -> None", value=_constant(None, node))
        if isinstance(node, ast.AugAssign) and type(node.op) in _ARITHMETIC:
            self._operator(node)
        if isinstance(node, ast.If):
            self._condition(node)
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "decorator_list", "bases", "returns"):
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.expr):
                    self._expression(child)
                elif isinstance(child, ast.withitem):
                    self._expression(child.context_expr)
        for name in ("body", "orelse", "handlers", "finalbody"):
            for child in getattr(node, name, []):
                if isinstance(child, ast.ExceptHandler):
                    self.statements(child.body)
            if name != "handlers" and getattr(node, name, None):
                self.statements(getattr(node, name))

    def _condition(self, node: ast.If | ast.IfExp) -> None:
        for value in (True, False):
            self._set(node, f"condition -> {value}", test=_constant(value, node.test))

    def _operator(self, node: ast.BinOp | ast.AugAssign) -> None:
        other = _ARITHMETIC[type(node.op)]
        self._set(node, f"{type(node.op).__name__} -> {other.__name__}", op=other())

    def _expression(self, node: ast.expr) -> None:
        if isinstance(node, ast.JoinedStr):
            return
        if isinstance(node, ast.Lambda):
            self._expression(node.body)
            return
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and ast.unparse(node.func) == "re.compile"
        ):
            self._pattern(node.args[0])
            return
        if isinstance(node, ast.Compare):
            for i, op in enumerate(node.ops):
                other = _COMPARISONS[type(op)]
                ops = [*node.ops[:i], other(), *node.ops[i + 1 :]]
                self._set(node, f"{type(op).__name__} -> {other.__name__} ({i})", ops=ops)
        elif isinstance(node, ast.BoolOp):
            new: ast.boolop = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            self._set(node, "and <-> or", op=new)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            operand = ast.copy_location(ast.UnaryOp(ast.Not(), node.operand), node)
            self._set(node, "not removed", operand=operand)
        elif isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
            if not any(
                isinstance(s, ast.Constant) and isinstance(s.value, str | bytes) for s in (node.left, node.right)
            ):
                self._operator(node)
        elif isinstance(node, ast.IfExp):
            self._condition(node)
        elif isinstance(node, ast.Constant):
            self._literal(node)
        elif isinstance(node, ast.Slice):
            for name, bound, by in (("lower", node.lower, 1), ("upper", node.upper, -1)):
                if bound is not None and not isinstance(bound, ast.Constant):
                    moved = ast.copy_location(ast.BinOp(bound, ast.Add(), _constant(by, bound)), bound)
                    self._set(node, f"{name} bound {by:+d}", **{name: moved})
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self._expression(child)
            elif isinstance(child, ast.keyword):
                self._expression(child.value)
            elif isinstance(child, ast.comprehension):
                for part in (child.iter, *child.ifs):
                    self._expression(part)

    def _literal(self, node: ast.Constant) -> None:
        value = node.value
        others: list[Any] = []
        if isinstance(value, bool):
            others = [not value]
        elif isinstance(value, int):
            others = [value + 1, value - 1]
        elif isinstance(value, bytes):
            others = [value[:-1] + bytes([value[-1] ^ 1]) if value else b"x"]
        elif isinstance(value, str) and not _WORDS.search(value):
            others = [value[:-1] + chr(ord(value[-1]) ^ 1) if value else "x"]
        for other in others:
            self._set(node, f"{value!r} -> {other!r}", value=other)

    def _pattern(self, node: ast.expr) -> None:
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str | bytes):
            return
        pattern: Any = node.value
        for i in range(0, len(pattern), _THIN):
            other = pattern[:i] + pattern[i + 1 :]
            try:
                re.compile(other)
            except re.error:
                continue
            self._set(node, f"pattern without its {pattern[i : i + 1]!r} at {i}", value=other)


def _constant(value: Any, at: ast.expr | ast.stmt) -> ast.Constant:
    return ast.copy_location(ast.Constant(value), at)


def mutants(tree: ast.Module) -> Iterator[Mutant]:
    """Give the mutants of ``tree``. Making one changes the tree: it is for a process of its own."""
    maker = _Maker()
    maker.statements(tree.body)
    yield from maker.made
