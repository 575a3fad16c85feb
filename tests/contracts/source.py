"""The service's own source, read as syntax trees, for tests that hold a law over all of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SERVICE = ROOT / "service"
Function = ast.FunctionDef | ast.AsyncFunctionDef


def python_files(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    """Every Python file under the folders, by its path from the repository's root."""
    for folder in folders or ("service",):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8"))


def text_files(*suffixes: str) -> Iterator[tuple[str, str]]:
    """Every file of the package with one of the endings."""
    for path in sorted(SERVICE.rglob("*")):
        if path.suffix in suffixes:
            yield path.relative_to(ROOT).as_posix(), path.read_text("utf-8")


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Every call with the last part of what is called: ``begin`` for ``a.b.begin()``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                yield node.func.attr, node
            elif isinstance(node.func, ast.Name):
                yield node.func.id, node


def imports(tree: ast.AST) -> Iterator[str]:
    """Every module imported, and every name taken from one as ``module.name``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def assigned_attributes(tree: ast.AST) -> Iterator[str]:
    """Every ``x.name = …``, ``+=`` and ``setattr(x, "name", …)``; the name, or ``*`` when it is not written out."""
    for node in ast.walk(tree):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AugAssign | ast.AnnAssign):
            targets = [node.target]
        for target in targets:
            stored = (n for n in ast.walk(target) if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store))
            yield from (n.attr for n in stored)
    for name, call in calls(tree):
        if name in ("setattr", "__setattr__"):
            named = next((a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)), "*")
            yield named


def functions(tree: ast.AST) -> Iterator[Function]:
    for node in ast.walk(tree):
        if isinstance(node, Function):
            yield node


def names(tree: ast.AST) -> set[str]:
    """Every identifier used: plain names and attributes."""
    found = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    return found | {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
