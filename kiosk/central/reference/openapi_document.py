"""The OpenAPI document of the contract, generated from the models and routes, checked in beside the contract."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kiosk.central import codes, contract
from kiosk.central.reference.application import bare_application
from kiosk.central.reference.problems import status_of

DOCUMENT = Path(contract.__file__).with_name("openapi.json")


def openapi_document() -> dict[str, Any]:
    """The document as Python values."""
    document = bare_application().openapi()
    schemas = document["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = contract.Problem.model_json_schema()
    schemas["GrantPayload"] = _with_references(contract.GrantPayload.model_json_schema(), schemas)
    document["components"]["securitySchemes"] = {"kiosk": {"type": "mutualTLS", "description": "CN: the kiosk"}}
    document["security"] = [{"kiosk": []}]
    document["info"]["description"] = contract.__doc__
    document["info"]["x-refusal-codes"] = list(codes.REFUSAL_CODES)
    document["info"]["x-return-codes"] = list(codes.RETURN_CODES)
    document["info"]["x-session-failures"] = list(codes.SESSION_FAILURES)
    document["info"]["x-problem-codes"] = list(codes.PROBLEM_CODES)
    document["info"]["x-problem-statuses"] = {code: status_of(code) for code in codes.PROBLEM_CODES}
    _name_answers(document)
    return document


def openapi_text() -> str:
    """The document as it is checked in."""
    return json.dumps(openapi_document(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _name_answers(document: dict[str, Any]) -> None:
    """Headers as they are. Every answer repeats the call's name: `NamedAnswers` does so outside the routes, which know
    nothing of it.
    """
    header = {
        "description": "As in the request, if it was there.",
        "schema": {"type": "string", "pattern": contract.CALL_NAME},
    }
    for operations in document["paths"].values():
        for operation in operations.values():
            for parameter in operation["parameters"]:
                _without_null(parameter["schema"])
            for answer in operation["responses"].values():
                answer["headers"] = {contract.CALL_HEADER: header}


def _without_null(schema: dict[str, Any]) -> None:
    """A header that may be left out is never null: it is a text, or it is not there."""
    kinds = [kind for kind in schema.pop("anyOf", []) if kind != {"type": "null"}]
    for kind in kinds:
        schema.update(kind)


def _with_references(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """Point a model's own definitions to the document's."""
    for name, definition in schema.pop("$defs", {}).items():
        schemas.setdefault(name, definition)
    text = json.dumps(schema).replace("#/$defs/", "#/components/schemas/")
    moved: dict[str, Any] = json.loads(text)
    return moved
