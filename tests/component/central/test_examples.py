"""The examples of the OpenAPI document: they fit its schemas, and the reference central answers them so."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import jsonschema_rs
import pytest

from kiosk.central import contract
from kiosk.reference_central.openapi_document import DOCUMENT, EXAMPLES, path_of
from tests.central_examples import comparable, play

MADE: list[dict[str, Any]] = json.loads(EXAMPLES.read_text(encoding="utf-8"))
NAMES = [example["name"] for example in MADE]


@cache
def document() -> dict[str, Any]:
    value: dict[str, Any] = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    return value


def operation_of(example: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document()["paths"][path_of(document()["paths"], example["path"])][
        example["method"].lower()
    ]
    return found


def fits(schema: dict[str, Any], value: object) -> bool:
    whole = schema | {"components": document()["components"]}
    return jsonschema_rs.validator_for(whole).is_valid(value)


@pytest.mark.parametrize("example", MADE, ids=NAMES)
def test_an_example_fits_the_document_on_both_sides(example: dict[str, Any]) -> None:
    operation = operation_of(example)
    if example["request"] is not None:
        assert fits(operation["requestBody"]["content"][contract.JSON_TYPE]["schema"], example["request"])
    (answer,) = operation["responses"][str(example["status"])]["content"].values()
    assert fits(answer["schema"], example["answer"])
    assert answer["examples"][example["name"]]["value"] == example["answer"]


@pytest.mark.parametrize("example", MADE, ids=NAMES)
def test_the_headers_of_an_example_are_those_that_the_document_demands(example: dict[str, Any]) -> None:
    told = {each["name"]: each for each in operation_of(example)["parameters"] if each["in"] == "header"}
    assert {name for name, each in told.items() if each["required"]} <= set(example["headers"]) <= set(told)
    for name, value in example["headers"].items():
        number = int(value) if told[name]["schema"]["type"] == "integer" else value
        assert fits(told[name]["schema"], number)


def test_every_call_has_an_example_of_what_is_asked_and_of_what_is_answered() -> None:
    for path, operations in document()["paths"].items():
        for method, operation in operations.items():
            asked = operation.get("requestBody", {}).get("content", {}).get(contract.JSON_TYPE, {})
            assert method == "get" or asked.get("examples"), path
            assert operation["responses"]["200"]["content"][contract.JSON_TYPE].get("examples"), path


def test_the_reference_central_answers_the_examples_as_they_stand_there() -> None:
    assert comparable(play()) == comparable(MADE), "run: python -m tests.central_examples"
