"""What the checks of this folder look at: our own files, as text and as syntax trees."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("kiosk", "drivers", "screens", "assets", "systemd", "tests")
PROGRAM = ("kiosk", "drivers", "screens")
_NOT_TEXT = {".otf", ".ttf", ".png", ".wav", ".ogg", ".pyc", ".bin", ".db"}
_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])|[^\W\d_a-zA-Z]+")


@cache
def python_files(*folders: str) -> tuple[str, ...]:
    """Paths below the root, with slashes."""
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return tuple(sorted(path.relative_to(ROOT).as_posix() for path in found))


@cache
def tree_of(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text("utf-8"), path)


@cache
def nodes_of(path: str) -> tuple[ast.AST, ...]:
    """Every node of the file's tree; several checks look at all of them."""
    return tuple(ast.walk(tree_of(path)))


def text_files() -> Iterator[tuple[str, str]]:
    """Every text that is handed on: path and content."""
    at_the_root = (path for path in ROOT.iterdir() if path.is_file() and not path.name.startswith(".git"))
    below = (path for folder in (*FOLDERS, ".ci") for path in (ROOT / folder).rglob("*") if path.is_file())
    for path in (*at_the_root, *below):
        if path.suffix not in _NOT_TEXT and "__pycache__" not in path.parts:
            yield path.relative_to(ROOT).as_posix(), path.read_text("utf-8")


def names_given_in(path: str) -> Iterator[str]:
    """Names that the file itself gives: of functions, classes, parameters, variables, attributes."""
    for node in nodes_of(path):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name
            case _:
                pass


def words_of(name: str) -> list[str]:
    """`IdCardRead` and `id_card_read` are the same three words."""
    return [word.lower() for word in _WORD.findall(name)]


@cache
def names_used_in(path: str) -> frozenset[str]:
    """Names that the file reads, also as attributes of a module."""
    used = set()
    for node in nodes_of(path):
        match node:
            case ast.Name(id=name, ctx=ast.Load()) | ast.Attribute(attr=name, ctx=ast.Load()):
                used.add(name)
            case _:
                pass
    return frozenset(used)
