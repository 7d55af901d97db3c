"""A bundle as a file: packed into a ZIP, encrypted, written whole or not at all; and unpacked again."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import re
import secrets
import shutil
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any

from kiosk.support.contents import MANIFEST, Member
from kiosk.support.sealing import NotOpened

ENDING = ".p7m"
"""Of a file with CMS EnvelopedData (RFC 8551)."""

MOST_BYTES = 2_000_000_000
"""Unpacked: more than any bundle has, and less than an operator's disk."""

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)?")
_WHY = {
    errno.ENOSPC: "is full",
    errno.EDQUOT: "is full for this user",
    errno.EFBIG: "takes no file of that size",
    errno.EIO: "does not answer any more; was it pulled out?",
    errno.ENODEV: "is gone; was it pulled out?",
    errno.ENXIO: "is gone; was it pulled out?",
    errno.EROFS: "is read-only",
    errno.EACCES: "may not be written to by this user",
    errno.EPERM: "may not be written to by this user",
    errno.ENOENT: "is not there",
    errno.ENOTDIR: "is no directory",
}


class NotWritten(Exception):
    """Nothing was written. The text is one line: what, where, what next."""


def packed(members: Iterable[Member]) -> bytes:
    """A ZIP of the members."""
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for each in members:
            archive.writestr(zipfile.ZipInfo(each.name), each.content, zipfile.ZIP_DEFLATED)
    return into.getvalue()


def unpacked(archive: bytes) -> tuple[Mapping[str, Any], list[Member]]:
    """The manifest, and the members with it, each as the manifest describes it. Raises `NotOpened`."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            if sum(each.file_size for each in opened.infolist()) > MOST_BYTES:
                raise NotOpened(f"holds more than {MOST_BYTES // 1_000_000} MB")
            manifest = json.loads(opened.read(MANIFEST))
            members = [Member(MANIFEST, opened.read(MANIFEST))]
            members += [_checked(opened, each) for each in manifest["members"]]
    except (zipfile.BadZipFile, zlib.error, KeyError, TypeError, ValueError, RuntimeError, EOFError):
        raise NotOpened("was opened, and holds no bundle; or it is damaged") from None
    return manifest, members


def _checked(archive: zipfile.ZipFile, about: Mapping[str, Any]) -> Member:
    name = str(about["name"])
    if _NAME.fullmatch(name) is None:
        raise NotOpened(f"holds a file with the name {name[:60]!r}, which no bundle has")
    content = archive.read(name)
    if hashlib.sha256(content).hexdigest() != about["sha256"]:
        raise NotOpened(f"is damaged: {name} is not what was packed")
    return Member(name, content)


def write_whole(folder: Path, name: str, content: bytes) -> Path:
    """Write a new file into `folder` and wait until it is on the disk. Until then it has another name, so the final
    name never stands for half of it. Raises `NotWritten`.
    """
    target = folder / name
    half = f".{name}.{secrets.token_hex(4)}.part"
    try:
        directory = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise _not_written(folder, error) from error
    try:
        try:
            if _is_there(name, directory):
                raise NotWritten(f"{target}: there is something with this name already, and it is left alone")
            _write(half, content, directory)
            os.rename(half, name, src_dir_fd=directory, dst_dir_fd=directory)
            os.fsync(directory)
        except BaseException as error:
            with suppress(OSError):
                os.unlink(half, dir_fd=directory)
            if isinstance(error, OSError):
                raise _not_written(folder, error, len(content)) from error
            raise
    finally:
        os.close(directory)
    return target


def write_members(folder: Path, name: str, members: Iterable[Member]) -> Path:
    """Write the members into the new directory `name` of `folder`, for this user alone. Raises `NotWritten`."""
    new = folder / name
    try:
        new.mkdir(mode=0o700)
        for each in members:
            path = new.joinpath(*PurePosixPath(each.name).parts)
            path.parent.mkdir(mode=0o700, exist_ok=True)
            path.write_bytes(each.content)
    except FileExistsError:
        raise NotWritten(f"{new}: is there already; remove it, or name another place") from None
    except OSError as error:
        shutil.rmtree(new, ignore_errors=True)
        raise _not_written(folder, error) from error
    return new


def _is_there(name: str, directory: int) -> bool:
    try:
        os.lstat(name, dir_fd=directory)
    except FileNotFoundError:
        return False
    return True


def _write(name: str, content: bytes, directory: int) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(name, flags, 0o600, dir_fd=directory)
    try:
        left = memoryview(content)
        while left:
            left = left[os.write(descriptor, left) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _not_written(folder: Path, error: OSError, size: int | None = None) -> NotWritten:
    why = _WHY.get(error.errno or 0, error.strerror or type(error).__name__)
    needed = f" ({size / 1_000_000:.1f} MB are needed)" if size is not None and error.errno == errno.ENOSPC else ""
    return NotWritten(f"{folder}: {why}{needed}. Nothing was written; name another place")
