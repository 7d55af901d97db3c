"""Names of holders are compared in one place: `kiosk/domain/holder_name.py`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.source import python_files, tree_of

THE_ONE_PLACE = "kiosk/domain/holder_name.py"
PEOPLE = {"holder", "agent", "resident", "person", "id_card", "known"}
COMPARING = (ast.Eq, ast.NotEq, ast.In, ast.NotIn)


def is_somebodys_name(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(attr="holder_name") | ast.Name(id="holder_name"):
            return True
        case ast.Attribute(attr="name", value=ast.Name(id=whose) | ast.Attribute(attr=whose)):
            return whose.lower() in PEOPLE
        case _:
            return False


def compared_in(tree: ast.AST) -> Iterator[int]:
    """Lines in which somebody's name is compared by its code points: itself, or after a method (`.strip()`)."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Compare) or not any(isinstance(each, COMPARING) for each in node.ops):
            continue
        if any(is_somebodys_name(part) for side in (node.left, *node.comparators) for part in ast.walk(side)):
            yield node.lineno


@pytest.mark.slow
def test_nothing_else_compares_holders_names() -> None:
    files = [path for path in python_files("kiosk", "drivers", "screens") if path != THE_ONE_PLACE]
    assert [f"{path}:{line}" for path in files for line in compared_in(tree_of(path))] == []


@pytest.mark.parametrize(
    "line",
    [
        "known.name.strip() == search.holder.name.strip()",
        "request.holder.name != name",
        "name == facts.holder_name",
        "id_card.name in names",
        "names == [self.holder.name]",
    ],
)
def test_such_a_comparison_is_seen(line: str) -> None:
    assert list(compared_in(ast.parse(line))) == [1]


@pytest.mark.parametrize("line", ["is_same_name(known.name, holder.name)", "file.name == name", "holder is None"])
def test_another_comparison_is_none(line: str) -> None:
    assert list(compared_in(ast.parse(line))) == []
