"""Reads a JSON file of a known shape with pydantic. No mistake repeats the file's content, which may be personal."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from kiosk.data_files.reader import DataFileError, read_text

T = TypeVar("T")


def load_typed_json(path: Path, shape: TypeAdapter[T], error_kind: type[DataFileError]) -> T:
    """The value in the file at `path`. Raises `error_kind` with every mistake by its place in the file."""
    try:
        return shape.validate_json(read_text(path, error_kind))
    except ValidationError as error:
        raise error_kind(
            f"{path.name}: {'.'.join(str(part) for part in entry['loc'])}: {entry['type']}"
            for entry in error.errors(include_input=False, include_url=False)
        ) from None
