"""Checks whether a chip can hold a content, by the known permit files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from drivers.permit_file.permit_file import PermitFile
from drivers.permit_file.reader import load_permit_file
from kiosk.central import contract


class Fitting:
    """`fitting(name of the permit file, content)`: whether the content fits. Nothing fits an unknown kind of permit."""

    def __init__(self, permit_files: Iterable[PermitFile]) -> None:
        self.permit_files = tuple(permit for permit in permit_files if permit.mode != "face_only")
        self._by_name = {permit.name: permit for permit in self.permit_files}

    @classmethod
    def from_files(cls, paths: Iterable[Path]) -> Fitting:
        """Read permit files, or every one of a directory. Raises `DeviceFileError`."""
        files = [file for path in paths for file in (sorted(path.glob("*.toml")) if path.is_dir() else [path])]
        return cls(load_permit_file(file) for file in files)

    def __call__(self, permit_file: str, content: contract.PermitContent) -> bool:
        layout = self._by_name.get(permit_file)
        if layout is None:
            return False
        try:
            layout.encode_update({name: getattr(content, name) for name in layout.rewritable})
        except ValueError:
            return False
        return True
