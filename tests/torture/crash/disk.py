"""A disk that loses power: what was synced is there, of the rest any part, torn at sectors.

The preloaded shim writes down what the kiosk did to its directory; `after_power_loss` makes of it one of the
directories that a disk might hold. As on ext4, xfs and btrfs a file that was synced has its name too; a name that was
given or taken away without a sync of the file or the directory may be there or not.
"""

from __future__ import annotations

import ctypes
import random
import shutil
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

SHIM = Path(__file__).with_name("disk_shim.c")
SECTOR = 512
_HEAD = struct.Struct("<cIQI")


class Luck(Enum):
    """What becomes of what was not synced."""

    NOTHING = "nothing"
    ALL = "all"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that was done. `kind`: o opened anew, w written, t cut, s synced, d directory synced, u removed,
    r renamed (`data`: to what).
    """

    kind: str
    name: str
    offset: int = 0
    data: bytes = b""


@dataclass
class _File:
    """What the disk surely holds (`is_named`: also the name), and what is on its way."""

    content: bytes = b""
    is_named: bool = False
    pending: list[Operation] = field(default_factory=list)
    is_removed: bool = False


def why_not() -> str | None:
    """Why the shim cannot be built here, if it cannot."""
    return None if shutil.which("gcc") else "no gcc here"


def build(directory: Path) -> Path:
    """Compile the shim into `directory`. Raises `CalledProcessError`."""
    shim = directory / "disk_shim.so"
    subprocess.run(
        ["gcc", "-shared", "-fPIC", "-O1", "-o", str(shim), str(SHIM), "-ldl", "-lpthread"],
        check=True,
        capture_output=True,
    )
    return shim


def begin(directory: str, log: str, kill_before: int) -> None:
    """In a process that the shim is preloaded into: write down from now on what is done to `directory`."""
    ctypes.CDLL(None).crash_disk_begin(directory.encode(), log.encode(), ctypes.c_long(kill_before))


def operations(log: Path) -> Iterator[Operation]:
    """What was done, in order; a last record that is cut short is left out."""
    data = log.read_bytes() if log.exists() else b""
    at = 0
    while at + _HEAD.size <= len(data):
        kind, name_length, offset, length = _HEAD.unpack_from(data, at)
        at += _HEAD.size
        if kind in b"ot":
            length = 0
        if at + name_length + length > len(data):
            return
        name = data[at : at + name_length].decode()
        yield Operation(kind.decode(), name, offset, data[at + name_length : at + name_length + length])
        at += name_length + length


def count(log: Path) -> int:
    """How many operations the shim may kill before."""
    return sum(each.kind != "o" for each in operations(log))


def after_power_loss(before: dict[str, bytes], log: Path, luck: Luck, chance: random.Random) -> dict[str, bytes]:
    """Contents by name that a disk may hold which held `before` when the log began."""
    files = {name: _File(content, is_named=True) for name, content in before.items()}
    for operation in operations(log):
        _happen(files, operation)
    held = {}
    for name, file in files.items():
        has_name = file.is_named or _survives(luck, chance)
        is_gone = file.is_removed and _survives(luck, chance)
        if has_name and not is_gone:
            held[name] = _written(file, luck, chance)
    return held


def _happen(files: dict[str, _File], operation: Operation) -> None:
    file = files.setdefault(operation.name, _File())
    match operation.kind:
        case "o":
            file.is_removed = False
        case "w" | "t":
            file.pending.append(operation)
        case "s":
            for each in file.pending:
                file.content = _applied(file.content, each)
            file.pending, file.is_named = [], True
        case "d":
            del files[operation.name]
            for name, entry in list(files.items()):
                entry.is_named = True
                if entry.is_removed:
                    del files[name]
        case "u":
            file.is_removed = True
        case "r":
            files[operation.data.decode()] = files.pop(operation.name)


def _applied(content: bytes, operation: Operation) -> bytes:
    if operation.kind == "t":
        return content[: operation.offset].ljust(operation.offset, b"\0")
    content = content.ljust(operation.offset, b"\0")
    return content[: operation.offset] + operation.data + content[operation.offset + len(operation.data) :]


def _survives(luck: Luck, chance: random.Random) -> bool:
    return luck is Luck.ALL or (luck is Luck.ANY and chance.random() < 0.5)


def _written(file: _File, luck: Luck, chance: random.Random) -> bytes:
    content = file.content
    for operation in file.pending:
        if operation.kind == "t":
            if _survives(luck, chance):
                content = _applied(content, operation)
            continue
        for part in _sectors(operation):
            if _survives(luck, chance):
                content = _applied(content, part)
    return content


def _sectors(operation: Operation) -> Iterator[Operation]:
    at, end = operation.offset, operation.offset + len(operation.data)
    while at < end:
        up_to = min((at // SECTOR + 1) * SECTOR, end)
        yield Operation("w", operation.name, at, operation.data[at - operation.offset : up_to - operation.offset])
        at = up_to


def read(directory: Path) -> dict[str, bytes]:
    """Every file by name, but shared memory."""
    if not directory.exists():
        return {}
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file() and not path.name.endswith("-shm")
    }


def write(directory: Path, files: dict[str, bytes]) -> None:
    """Let `directory` hold these files and no other."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    for name, content in files.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_bytes(content)
