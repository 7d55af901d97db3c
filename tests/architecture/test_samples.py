"""The samples of screens show what the program says: they have no text of their own."""

from __future__ import annotations

import ast
import re

from tests.architecture.source import nodes_of, python_files

CHINESE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
PEOPLE = "screens/authoring/sample_visits/people.py"
SAMPLES = [path for path in python_files("screens/authoring") if "/sample" in path]
SAID = {
    "Text",
    "LocalText",
    "Sentences",
    "NamedList",
    "Citation",
    "CitedDocument",
    "Question",
    "Choice",
    "ProgressLine",
}


def made_in(path: str) -> set[str]:
    """Names of the classes and functions that are called in a file."""
    calls = [node.func for node in nodes_of(path) if isinstance(node, ast.Call)]
    return {call.id for call in calls if isinstance(call, ast.Name)} | {
        call.attr for call in calls if isinstance(call, ast.Attribute)
    }


def test_only_the_presenter_makes_what_a_sample_shows() -> None:
    assert PEOPLE in SAMPLES
    made = {path: {name for name in made_in(path) if name in SAID or name.endswith("Screen")} for path in SAMPLES}
    assert {path: names for path, names in made.items() if names} == {}


def test_only_names_and_addresses_of_invented_people_are_written_out() -> None:
    written = {
        (path, node.value)
        for path in SAMPLES
        if path != PEOPLE
        for node in nodes_of(path)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CHINESE.search(node.value)
    }
    assert written == set()
