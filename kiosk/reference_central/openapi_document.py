"""The OpenAPI document of the contract, generated from the models and routes, checked in beside the contract."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from kiosk.central import codes, contract
from kiosk.reference_central.application import bare_application
from kiosk.reference_central.problems import PROBLEMS_OF, status_of, title_of

DOCUMENT = Path(contract.__file__).with_name("openapi.json")
EXAMPLES = Path(contract.__file__).with_name("examples.json")  # recorded by tests/central_examples.py


def openapi_document() -> dict[str, Any]:
    """The document as Python values."""
    document = bare_application().openapi()
    schemas = document["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = contract.Problem.model_json_schema()
    for name in _DISCRIMINATED:
        schemas[name]["required"] = sorted({*schemas[name]["required"], "state"})
    _tell_problems(document)
    schemas["GrantPayload"] = _with_references(contract.GrantPayload.model_json_schema(), schemas)
    _open_answers(document)
    document["components"]["securitySchemes"] = {"kiosk": {"type": "mutualTLS", "description": "CN: the kiosk"}}
    document["security"] = [{"kiosk": []}]
    document["info"]["description"] = contract.__doc__
    document["servers"] = [_SERVER]
    document["info"]["x-refusal-codes"] = list(codes.REFUSAL_CODES)
    document["info"]["x-retaining-codes"] = list(codes.RETAINING_CODES)
    document["info"]["x-relay-refusals"] = list(codes.RELAY_REFUSALS)
    document["info"]["x-return-codes"] = list(codes.RETURN_CODES)
    document["info"]["x-session-failures"] = list(codes.SESSION_FAILURES)
    document["info"]["x-problem-codes"] = list(codes.PROBLEM_CODES)
    document["info"]["x-problem-statuses"] = {code: status_of(code) for code in codes.PROBLEM_CODES}
    _name_answers(document)
    _show_examples(document)
    return document


def openapi_text() -> str:
    """The document in its checked-in form."""
    return json.dumps(openapi_document(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


_DISCRIMINATED = ("Granted", "Pending", "Refused", "AlreadyCurrent", "ApplicationReceived")
_SERVER = {
    "url": "https://{central}:{port}",
    "description": "HTTP/1.1 over TLS 1.3 or 1.2, with the kiosk's client certificate; `central.url` of the kiosk",
    "variables": {
        "central": {"default": "central.example.invalid", "description": "A name or address of its certificate"},
        "port": {"default": "8443"},
    },
}
_TO_COME_AGAIN = (429, 503)


def _tell_problems(document: dict[str, Any]) -> None:
    """Add the possible statuses of each call, and the codes of each status."""
    for (method, path), told in PROBLEMS_OF.items():
        responses = document["paths"][path][method]["responses"]
        for status in [status for status in responses if status != "200"]:
            del responses[status]
        for code in sorted(told, key=status_of):
            response = responses.setdefault(str(status_of(code)), {"description": "", "content": {}})
            sentences = [response["description"], f"`{code}`: {title_of(code)}."]
            response["description"] = " ".join(filter(None, sentences))
            response.setdefault("x-problem-codes", []).append(code)
            one_of_these = {"properties": {"code": {"type": "string", "enum": response["x-problem-codes"]}}}
            schema = {"allOf": [{"$ref": f"{_REFERENCE}Problem"}, one_of_these]}
            response["content"] = {contract.PROBLEM_TYPE: {"schema": schema}}


def _name_answers(document: dict[str, Any]) -> None:
    """Add the headers of answers. `NamedAnswers` and the server add the call's name and the date outside the routes."""
    named = {
        "description": "As in the request, where it was there: a kiosk believes no answer without it.",
        "schema": {"type": "string", "pattern": contract.CALL_NAME},
    }
    dated = {
        "description": "Central's clock, against which the kiosk holds its own (RFC 9110, section 5.6.7).",
        "required": True,
        "schema": {"type": "string", "pattern": _DATE},
    }
    later = {
        "description": "After how many seconds to come again; heeded up to 5 while somebody waits.",
        "schema": {"type": "string", "pattern": "^[0-9]{1,6}$"},
    }
    for operations in document["paths"].values():
        for operation in operations.values():
            for parameter in operation["parameters"]:
                _without_null(parameter["schema"])
            for status, answer in operation["responses"].items():
                answer["headers"] = {contract.CALL_HEADER: named, "Date": dated}
                if int(status) in _TO_COME_AGAIN:
                    answer["headers"]["Retry-After"] = later


def path_of(paths: Iterable[str], called: str) -> str:
    """The document's path, with ids in braces, for a called path. Raises ValueError if there is none."""
    for path in sorted(paths, key=lambda path: path.count("{")):
        if re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)), called):
            return path
    raise ValueError(f"no path of the contract: {called}")


def _show_examples(document: dict[str, Any]) -> None:
    """Add each recorded request and its answer, under one name, to their call."""
    for example in json.loads(EXAMPLES.read_text(encoding="utf-8")):
        operation = document["paths"][path_of(document["paths"], example["path"])][example["method"].lower()]
        if example["request"] is not None:
            body = operation["requestBody"]["content"][contract.JSON_TYPE]
            body.setdefault("examples", {})[example["name"]] = {"value": example["request"]}
        (content,) = operation["responses"][str(example["status"])]["content"].values()
        content.setdefault("examples", {})[example["name"]] = {"value": example["answer"]}


def _without_null(schema: dict[str, Any]) -> None:
    """Remove null from the schema of an optional header, which is a text or missing."""
    kinds = [kind for kind in schema.pop("anyOf", []) if kind != {"type": "null"}]
    for kind in kinds:
        schema.update(kind)


_DAYS = "(Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_MONTHS = "(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_DATE = f"^{_DAYS}, [0-9]{{2}} {_MONTHS} [0-9]{{4}} [0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}} GMT$"

_OF_ANSWERS = "Answer"
_REFERENCE = "#/components/schemas/"


def _open_answers(document: dict[str, Any]) -> None:
    """Let the schemas of answers allow further fields, because unknown fields of an answer are ignored. A schema that
    requests use too stays closed, and answers get an open copy.
    """
    schemas = document["components"]["schemas"]
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    asked = _reached(schemas, *(operation.get("requestBody", {}) for operation in operations))
    answers = [operation["responses"] for operation in operations]
    told = _reached(schemas, *answers, {"$ref": f"{_REFERENCE}GrantPayload"})
    names = {name: f"{name}{_OF_ANSWERS}" if name in asked else name for name in told}
    for name, own in names.items():
        schemas[own] = _renamed(schemas[name], names)
        schemas[own].pop("additionalProperties", None)
        schemas[own]["title"] = own  # generators of clients name their classes by it
    for operation in operations:
        operation["responses"] = _renamed(operation["responses"], names)


def _reached(schemas: dict[str, Any], *parts: Any) -> set[str]:
    """The names of the schemas that `parts` refer to, over any number of steps."""
    reached: set[str] = set()
    left = list(parts)
    while left:
        names = {rest.split('"')[0] for rest in json.dumps(left.pop()).split(_REFERENCE)[1:]} - reached
        reached |= names
        left += [schemas[name] for name in names]
    return reached


def _renamed(part: Any, names: dict[str, str]) -> Any:
    text = json.dumps(part)
    for name, own in names.items():
        text = text.replace(f'"{_REFERENCE}{name}"', f'"{_REFERENCE}{own}"')
    return json.loads(text)


def _with_references(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """Point a model's own definitions to the document's."""
    for name, definition in schema.pop("$defs", {}).items():
        schemas.setdefault(name, definition)
    text = json.dumps(schema).replace("#/$defs/", "#/components/schemas/")
    moved: dict[str, Any] = json.loads(text)
    return moved
