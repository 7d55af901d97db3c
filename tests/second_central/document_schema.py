"""The requests of `openapi.json`, judged by as much of JSON Schema as that document uses."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

DOCUMENT = json.loads((Path(__file__).parents[2] / "kiosk" / "central" / "openapi.json").read_text(encoding="utf-8"))
SCHEMAS = DOCUMENT["components"]["schemas"]

_LARGEST = 2**53 - 1
_FORMS: dict[str, Callable[[str], object]] = {
    "uuid": UUID,
    "date": date.fromisoformat,
    "date-time": datetime.fromisoformat,
}


class NotTheDocuments(ValueError):
    """A value that the document does not allow."""


def read(body: bytes) -> Any:
    """JSON that every reader reads alike (I-JSON, RFC 7493). Raises `NotTheDocuments`."""
    try:
        value = json.loads(body.decode("utf-8"), object_pairs_hook=_named_once, parse_constant=_refuse)
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise NotTheDocuments("not JSON") from None
    return value


def check(value: Any, schema: dict[str, Any]) -> None:
    """Raises `NotTheDocuments` unless `value` is what `schema` describes."""
    if "$ref" in schema:
        check(value, SCHEMAS[schema["$ref"].rpartition("/")[2]])
        return
    if "anyOf" in schema:
        if not any(_is(value, each) for each in schema["anyOf"]):
            raise NotTheDocuments("none of what it may be")
        return
    _check_words(value, schema)
    match schema.get("type"):
        case "object":
            _check_object(value, schema)
        case "array":
            _need(isinstance(value, list) and len(value) <= schema.get("maxItems", len(value)))
            for each in value:
                check(each, schema["items"])
        case "string":
            _check_text(value, schema)
        case "integer":
            _need(_is_whole(value))
            _check_range(value, schema)
        case "number":
            _need(isinstance(value, int | float) and not isinstance(value, bool))
            _check_range(value, schema)
        case "boolean":
            _need(isinstance(value, bool))
        case "null":
            _need(value is None)


def _is(value: Any, schema: dict[str, Any]) -> bool:
    try:
        check(value, schema)
    except NotTheDocuments:
        return False
    return True


def _check_words(value: Any, schema: dict[str, Any]) -> None:
    _need("const" not in schema or value == schema["const"])
    _need("enum" not in schema or value in schema["enum"])


def _check_object(value: Any, schema: dict[str, Any]) -> None:
    _need(isinstance(value, dict) and len(value) <= schema.get("maxProperties", len(value)))
    _need(all(name in value for name in schema.get("required", ())))
    known, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    for name, each in value.items():
        if name in known:
            check(each, known[name])
            continue
        fitting = [patterns[pattern] for pattern in patterns if _matches(pattern, name)]
        _need(bool(fitting) or schema.get("additionalProperties", True) is not False)
        for each_schema in fitting:
            check(each, each_schema)


def _check_text(value: Any, schema: dict[str, Any]) -> None:
    _need(isinstance(value, str))
    _need(schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)))
    _need("pattern" not in schema or _matches(schema["pattern"], value))
    if "format" in schema:
        try:
            _FORMS[schema["format"]](value)
        except ValueError:
            raise NotTheDocuments(schema["format"]) from None


def _check_range(value: float, schema: dict[str, Any]) -> None:
    _need(schema.get("minimum", value) <= value <= schema.get("maximum", value))


def _matches(pattern: str, text: str) -> bool:
    # Python's `$` allows a newline behind it, ECMA 262's does not.
    if pattern.startswith("^") and pattern.endswith("$"):
        return re.fullmatch(pattern[1:-1], text, re.ASCII) is not None
    return re.search(pattern, text) is not None


def _is_whole(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return float(value).is_integer() and abs(value) <= _LARGEST


def _need(holds: bool) -> None:
    if not holds:
        raise NotTheDocuments("not what the document says")


def _named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise NotTheDocuments("a name twice")
    return made


def _refuse(_: str) -> Any:
    raise NotTheDocuments("NaN or an infinity")
