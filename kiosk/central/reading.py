"""Reads central's answers. Central may be newer than this kiosk, so an answer may have parts that the kiosk does not
know.

An unknown field is ignored, and an unknown word of an open list is read as the word that the contract names for it.
Both are counted, and the heartbeat reports the counts. In requests unknown fields are refused instead.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, TypeAdapter, ValidationError, ValidationInfo
from pydantic_core import core_schema

M = TypeVar("M")


class Unknown:
    """Counts the unknown parts of central's answers since the program started. Usable from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts = {"unknown_fields": 0, "unknown_values": 0}

    def note(self, fields: int = 0, values: int = 0) -> None:
        """Add to the counts."""
        with self._lock:
            self._counts["unknown_fields"] += fields
            self._counts["unknown_values"] += values

    def code(self, code: str, catalogue: Collection[str], otherwise: str) -> str:
        """`code` if the catalogue lists it. Any other code is read as `otherwise` and counted."""
        if code in catalogue:
            return code
        self.note(values=1)
        return otherwise

    def counts(self) -> Mapping[str, int]:
        """The counts, by the names that the heartbeat uses."""
        with self._lock:
            return dict(self._counts)


def read_answer(adapter: TypeAdapter[M], document: bytes, unknown: Unknown) -> M:
    """The value in `document` (JSON), without the parts that this kiosk does not know. Raises pydantic's
    `ValidationError` for a document that does not fit the model even then; nothing is counted in that case.
    """
    try:
        return adapter.validate_json(document)
    except ValidationError as error:
        kinds = [each["type"] for each in error.errors(include_input=False, include_context=False, include_url=False)]
    values = _Values()
    known = adapter.validate_json(document, extra="ignore", context=values)
    unknown.note(kinds.count("extra_forbidden"), values.unknown)
    return known


@dataclass(slots=True)
class _Values:
    """The context of reading an answer: how many words were unknown."""

    unknown: int = 0


@dataclass(frozen=True, slots=True)
class Otherwise:
    """Marks a word of an open list: in an answer, a word that is not in the list is read as `word`."""

    word: str | None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.with_info_wrap_validator_function(self._read, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "x-unknown-is-read-as": self.word}

    def _read(self, value: Any, known: core_schema.ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
        try:
            return known(value)
        except ValidationError:
            if not isinstance(info.context, _Values) or not isinstance(value, str):
                raise
        info.context.unknown += 1
        return self.word


@dataclass(frozen=True, slots=True)
class OneOf:
    """Marks a text that is one of `words`, which the OpenAPI document lists."""

    words: tuple[str, ...]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.literal_schema(list(self.words))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.words)}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Marks a list: in an answer, an entry with an unknown word of a closed list is left out, unless all have one."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.with_info_wrap_validator_function(self._read, handler(source))

    def _read(self, value: Any, known: core_schema.ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
        try:
            return known(value)
        except ValidationError as error:
            if not isinstance(info.context, _Values) or not isinstance(value, Sequence):
                raise
            odd = {each["loc"][0] for each in error.errors(include_input=False) if each["type"] == "literal_error"}
            rest = [entry for at, entry in enumerate(value) if at not in odd]
            if not rest:
                raise
        info.context.unknown += len(odd)
        return known(rest)
