"""The machine's zone has no say: nothing asks for a day or an hour without saying in which zone."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.source import python_files, tree_of

WITHOUT_ZONE = {"today": 0, "utcnow": 0, "utcfromtimestamp": 1, "now": 0, "fromtimestamp": 1}
CLASSES = {"date", "datetime"}
LOCAL = {"localtime", "mktime", "ctime"}  # of `time`; `strftime` with a second argument names its moment


def of_the_machines_zone(tree: ast.AST) -> Iterator[int]:
    """Lines that ask for local time: `date.today()`, `datetime.now()` without a zone, `time.localtime()`."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=kind) | ast.Attribute(attr=kind), attr=asked),
                args=args,
                keywords=named,
            ) if kind in CLASSES and asked in WITHOUT_ZONE:
                if len(args) <= WITHOUT_ZONE[asked] and not any(each.arg in ("tz", "tzinfo") for each in named):
                    yield node.lineno
            case ast.Attribute(value=ast.Name(id="time"), attr=asked) if asked in LOCAL:
                yield node.lineno


@pytest.mark.slow
def test_nothing_takes_its_day_from_the_machines_zone() -> None:
    assert [
        f"{path}:{line}"
        for path in python_files("kiosk", "drivers", "screens")
        for line in of_the_machines_zone(tree_of(path))
    ] == []


@pytest.mark.parametrize(
    "line",
    [
        "date.today()",
        "datetime.today()",
        "datetime.date.today()",
        "datetime.now()",
        "datetime.datetime.now()",
        "datetime.utcnow()",
        "datetime.fromtimestamp(0)",
        "time.localtime()",
        "time.mktime(x)",
    ],
)
def test_such_a_question_is_seen(line: str) -> None:
    assert list(of_the_machines_zone(ast.parse(line))) == [1]


@pytest.mark.parametrize(
    "line",
    [
        "datetime.now(UTC)",
        "datetime.now(tz=SHANGHAI)",
        "clock.now()",
        "today(clock)",
        "datetime.fromtimestamp(0, UTC)",
    ],
)
def test_another_question_is_none(line: str) -> None:
    assert list(of_the_machines_zone(ast.parse(line))) == []
