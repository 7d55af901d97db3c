"""Reads device files: it turns TOML into checked values. Every mistake is a readable line that names file and key."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from drivers import data_file
from drivers.data_file import DataFileError


class DeviceFileError(DataFileError):
    """A device file that cannot be used."""


def read_toml(path: Path) -> dict[str, Any]:
    """The file as nested tables. Raises `DeviceFileError`."""
    return data_file.read_toml(path, DeviceFileError)


class FileTable:
    """One table of a device file, read key by key.

    A missing or wrong key is noted and a harmless value returned, so that one run finds every mistake. `finish` raises
    them all, and also names the keys that were not read. Sub-tables share the list of mistakes.
    """

    def __init__(
        self, values: Mapping[str, Any], file_name: str, prefix: str = "", mistakes: list[str] | None = None
    ) -> None:
        self._values = values
        self._file_name = file_name
        self._prefix = prefix
        self._asked: set[str] = set()
        self._tables: list[FileTable] = []
        self._mistakes: list[str] = [] if mistakes is None else mistakes

    @classmethod
    def of_file(cls, path: Path) -> FileTable:
        """The top table of the file at `path`."""
        return cls(read_toml(path), path.name)

    def complain(self, key: str, what: str) -> None:
        """Note a mistake at `key`."""
        self._mistakes.append(f"{self._file_name}: {self._prefix}{key}: {what}")

    def is_flawed(self, key: str) -> bool:
        """Whether a mistake was noted at `key`."""
        return any(mistake.startswith(f"{self._file_name}: {self._prefix}{key}: ") for mistake in self._mistakes)

    def _take(self, key: str, default: object, missing: str) -> Any:
        self._asked.add(key)
        if key in self._values:
            return self._values[key]
        if default is None:
            self.complain(key, f"is missing ({missing})")
        return default

    def text(self, key: str, default: str | None = None, one_of: Collection[str] = ()) -> str:
        """A string; with `one_of` it must be one of these."""
        value = self._take(key, default, "text")
        if value is None:
            return ""
        if not isinstance(value, str) or not value:
            self.complain(key, f"must be a text, not {value!r}")
            return ""
        if one_of and value not in one_of:
            self.complain(key, f"must be one of {', '.join(one_of)}, not {value!r}")
        return value

    def truth(self, key: str, default: bool | None = None) -> bool:
        """true or false."""
        value = self._take(key, default, "true or false")
        if value is None:
            return False
        if not isinstance(value, bool):
            self.complain(key, f"must be true or false, not {value!r}")
            return False
        return value

    def whole(self, key: str, low: int, high: int, default: int | None = None) -> int:
        """A whole number from `low` to `high`, both included."""
        value = self._take(key, default, f"a whole number from {low} to {high}")
        if value is None:
            return low
        return low if not self._is_whole(key, value, low, high) else int(value)

    def wholes(self, key: str, low: int, high: int, default: tuple[int, ...] | None = None) -> tuple[int, ...]:
        """A list of whole numbers, none of them twice."""
        value = self._take(key, default, f"a list of whole numbers from {low} to {high}")
        if value is None:
            return ()
        if not isinstance(value, list | tuple) or not value:
            self.complain(key, f"must be a list of whole numbers, not {value!r}")
            return ()
        if not all(self._is_whole(key, item, low, high) for item in value):
            return ()
        if len(set(value)) != len(value):
            self.complain(key, f"names a number twice: {value!r}")
        return tuple(value)

    def seconds(self, key: str, default: float | None = None, high: float = 600.0) -> float:
        """A duration in seconds, above 0 and at most `high`."""
        value = self._take(key, default, f"seconds, above 0 and at most {high:g}")
        if value is None:
            return high
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= high:
            self.complain(key, f"must be seconds, above 0 and at most {high:g}, not {value!r}")
            return high
        return float(value)

    def table(self, key: str) -> FileTable:
        """A sub-table; empty if it is missing, so that each of its keys is named."""
        self._asked.add(key)
        value = self._values.get(key, {})
        if not isinstance(value, Mapping):
            self.complain(key, f"must be a table, not {value!r}")
            value = {}
        table = FileTable(value, self._file_name, f"{self._prefix}{key}.", self._mistakes)
        self._tables.append(table)
        return table

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of strings, at least one."""
        values = self._take(key, None, "a list of texts")
        if not isinstance(values, list) or not values or not all(isinstance(value, str) for value in values):
            if values is not None:
                self.complain(key, f"must be a list of texts, not {values!r}")
            return ()
        return tuple(values)

    def tables(self, key: str) -> tuple[FileTable, ...]:
        """A list of sub-tables (`[[key]]`), at least one; named `key[1]`, `key[2]`, … in mistakes."""
        values = self._take(key, None, "a list of tables")
        if not isinstance(values, list) or not all(isinstance(value, Mapping) for value in values):
            if values is not None:
                self.complain(key, "must be a list of tables")
            return ()
        if not values:
            self.complain(key, "is empty")
        tables = tuple(
            FileTable(value, self._file_name, f"{self._prefix}{key}[{place}].", self._mistakes)
            for place, value in enumerate(values, start=1)
        )
        self._tables.extend(tables)
        return tables

    def names(self) -> tuple[str, ...]:
        """The keys of the table, for tables whose keys are data."""
        return tuple(self._values)

    def has(self, key: str) -> bool:
        """Whether the table has the key."""
        return key in self._values

    def _is_whole(self, key: str, value: object, low: int, high: int) -> bool:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.complain(key, f"must be a whole number from {low} to {high}, not {value!r}")
            return False
        return True

    def _note_strangers(self) -> None:
        for key in self._values:
            if key not in self._asked:
                self.complain(key, "is not a key of this table")
        for table in self._tables:
            table._note_strangers()

    def finish(self) -> None:
        """Raise `DeviceFileError` with every mistake in this table and its sub-tables."""
        self._note_strangers()
        if self._mistakes:
            raise DeviceFileError(self._mistakes)
