"""The names that the journal stores outlive the classes: whoever renames one keeps its stored name."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from kiosk.journal import bin_rows, chain, clock_notes
from kiosk.journal.names import stored_name
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from tests.architecture.source import ROOT, tree_of

STORED: dict[str, list[str]] = tomllib.loads(Path(ROOT / "tests/data/journals/names.toml").read_text("utf-8"))
KINDS = {"states": s.State, "events": on.Event, "effects": do.Effect}
NOTES = {
    *chain.NOTES,
    bin_rows.BIN_EMPTIED,
    bin_rows.STILL_IN_BIN,
    clock_notes.CLOCK_JUMPED,
    clock_notes.CLOCK_CONFIRMED,
    chain.RESTORED,
}
MATCHING = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("journal", "runtime", "demo", "diagnostics")
    for path in (ROOT / "kiosk" / folder).glob("*.py")
)
"""Whoever reads the journal's rows."""

_NAME = re.compile(r"(?:^|[\"'])([A-Z][a-z]+(?:[A-Z][a-z]+)*)(?:[\"']|$)")


def members(kind: Any) -> Iterator[type[object]]:
    """The classes of a union, of unions within it too."""
    for member in get_args(kind):
        yield from members(member) if get_args(member) else (member,)


def names_of(kind: str) -> dict[str, type[object]]:
    return {stored_name(object.__new__(member)): member for member in members(KINDS[kind])}


def matched_in(path: str) -> set[str]:
    """Words in CamelCase that stand alone, or in quotes, in the texts of a module (not in its docstrings)."""
    tree = tree_of(path)
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    compared = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare | ast.Tuple | ast.JoinedStr | ast.Call)
        for part in ast.walk(node)
    }
    return {
        name
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) in compared - told
        for name in _NAME.findall(node.value)
        if len(re.findall("[A-Z]", name)) > 1 or name == "Idle" or name in KNOWN
    }


KNOWN = {name for names in STORED.values() for name in names} | NOTES


@pytest.mark.parametrize("kind", KINDS)
def test_every_stored_name_still_stands_for_one_class(kind: str) -> None:
    """A name that is missing: a class was renamed and wants a line in `journal_names`, or went and is `retired`. One
    too many: it is new, and wants a word in tests/data/journals/names.toml.
    """
    assert sorted(names_of(kind)) == sorted({*STORED[kind]} - {*STORED["retired"]})
    assert len(set(names_of(kind).values())) == len(set(members(KINDS[kind])))


def test_whatever_reads_the_journal_looks_for_names_that_are_stored() -> None:
    matched = {path: matched_in(path) for path in MATCHING}
    assert {"Idle", "OpenChipSession", "PermitRetained", "TakingBack", "NoWorkFound"} <= set().union(*matched.values())
    strange = {path: names - KNOWN for path, names in matched.items() if names - KNOWN}
    assert strange == {}, "not stored by any version"
