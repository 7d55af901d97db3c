"""A bundle is on the disk whole, or not at all: full disks, other people's files, and places that are none."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from kiosk.data_files.operator_certificate import operator_certificate
from kiosk.data_files.pem_text import CertificateFileError
from kiosk.domain.clock import SystemClock
from kiosk.support.bundle_file import NotWritten, packed, unpacked, write_members, write_whole
from kiosk.support.contents import Contents, Member
from kiosk.support.sealing import NotOpened, opened, sealed
from tests.lobby.operator_keys import operator_key, write_certificate, write_operator

NAME = "bundle.p7m"
MEGABYTE = os.urandom(1_000_000)


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """The kernel lets this process write no longer file."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def small_stick(tmp_path: Path) -> Iterator[Path]:
    """A file system of half a megabyte."""
    stick = tmp_path / "stick"
    stick.mkdir()
    options = ["-t", "tmpfs", "-o", "size=512k", "tmpfs", str(stick)]
    if os.geteuid() != 0 or subprocess.run(["mount", *options], check=False, capture_output=True).returncode != 0:
        pytest.skip("only root may mount here")
    yield stick
    subprocess.run(["umount", str(stick)], check=True)


def refused(folder: Path, content: bytes = MEGABYTE) -> str:
    """Why nothing was written, in one line; and nothing was."""
    before = sorted(folder.iterdir()) if folder.is_dir() else []
    with pytest.raises(NotWritten) as caught:
        write_whole(folder, NAME, content)
    assert (sorted(folder.iterdir()) if folder.is_dir() else []) == before
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_whole_file_is_for_its_owner_alone_and_nothing_lies_beside_it(tmp_path: Path) -> None:
    written = write_whole(tmp_path, NAME, MEGABYTE)
    assert written.read_bytes() == MEGABYTE
    assert written.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [written]


def test_a_full_stick_keeps_no_half_of_it(small_stick: Path) -> None:
    assert (
        refused(small_stick) == f"{small_stick}: is full (1.0 MB are needed). Nothing was written; name another place"
    )


def test_a_stick_that_stops_in_the_middle_keeps_no_half_of_it(tmp_path: Path) -> None:
    with files_of_at_most(300_000):
        said = refused(tmp_path)
    assert said == f"{tmp_path}: takes no file of that size. Nothing was written; name another place"


def test_a_read_only_stick_is_told(small_stick: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_stick)], check=True)
    assert refused(small_stick).startswith(f"{small_stick}: is read-only.")


@pytest.mark.parametrize("what", ["file", "symlink", "dangling", "directory"])
def test_what_has_the_name_already_is_left_alone(tmp_path: Path, what: str) -> None:
    folder, other = tmp_path / "to", tmp_path / "other"
    folder.mkdir()
    if what != "dangling":
        other.write_text("somebody's", "utf-8")
    match what:
        case "file":
            shutil.copy(other, folder / NAME)
        case "directory":
            (folder / NAME).mkdir()
        case _:
            (folder / NAME).symlink_to(other)
    assert refused(folder) == f"{folder / NAME}: there is something with this name already, and it is left alone"
    assert other.exists() is (what != "dangling")
    assert what == "dangling" or other.read_text("utf-8") == "somebody's"


def test_a_place_that_is_no_directory_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert refused(tmp_path / "file").startswith(f"{tmp_path / 'file'}: is no directory.")
    assert refused(tmp_path / "nothing").startswith(f"{tmp_path / 'nothing'}: is not there.")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_directory_of_somebody_else_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert refused(tmp_path).startswith(f"{tmp_path}: may not be written to by this user.")


def test_what_was_packed_and_sealed_is_opened_again(tmp_path: Path) -> None:
    certificate = operator_certificate(write_operator(tmp_path))
    members = [Member("status.json", b"{}\r\n\n"), Member("journal/steps.jsonl", MEGABYTE)]
    contents = Contents(SystemClock().now(), "一号", members, {"log.txt": "no log"})
    content = sealed(packed(contents.with_manifest()), certificate)
    manifest, (listed, *found) = unpacked(opened(content, certificate, operator_key()))
    assert found == members
    assert manifest["left_out"] == {"log.txt": "no log"}
    assert listed.name == "manifest.json"
    folder = write_members(tmp_path, "opened", [listed, *found])
    assert (folder / "journal" / "steps.jsonl").read_bytes() == MEGABYTE
    with pytest.raises(NotWritten, match="is there already"):
        write_members(tmp_path, "opened", found)


def test_a_sealed_file_that_was_damaged_is_never_taken_for_a_bundle(tmp_path: Path) -> None:
    """CBC does not notice every changed bit; the archive's checksums and the manifest's hashes do."""
    certificate = operator_certificate(write_operator(tmp_path))
    contents = Contents(SystemClock().now(), "1", [Member("a.txt", MEGABYTE[:5000])], {})
    content = sealed(packed(contents.with_manifest()), certificate)
    for at in range(0, len(content), 97):
        damaged = bytearray(content)
        damaged[at] ^= 0x10
        try:
            _, members = unpacked(opened(bytes(damaged), certificate, operator_key()))
        except NotOpened:
            continue
        assert members[1:] == contents.members  # the bit was in a comment or a date of the archive


@pytest.mark.parametrize("name", ["../up.txt", "/etc/up.txt", "a/../../up.txt", ".hidden", "a/b/c", "a\\b", ""])
def test_a_name_that_leads_out_of_the_folder_is_refused(name: str) -> None:
    contents = Contents(SystemClock().now(), "1", [Member(name, b"x")], {})
    with pytest.raises(NotOpened, match="which no bundle has"):
        unpacked(packed(contents.with_manifest()))


def test_a_certificate_for_which_nothing_can_be_encrypted_is_told(tmp_path: Path) -> None:
    path = write_certificate(tmp_path / "ec.pem", ec.generate_private_key(ec.SECP256R1()), timedelta(days=1))
    with pytest.raises(CertificateFileError, match="has no RSA key"):
        operator_certificate(path)
