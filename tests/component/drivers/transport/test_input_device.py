"""An input device as a transport: a stand-in plays the kernel's grab, a FIFO the bytes."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assets import ASSETS
from drivers.code_scanner.device import LineScanner
from drivers.code_scanner.device_file import CodeScannerFile
from drivers.code_scanner.hid_keyboard import EVENT_BYTES, encode_typing
from drivers.errors import LinkBusy, LinkLost, TransportError
from drivers.transport.input_device import EVIOCGRAB, InputDevice
from drivers.transport.urls import open_bytes

DEVICES = ASSETS / "devices"
CODE = "ELC:310000:ZJ-7Q2M-0041-9F3A"
Grab = Callable[..., int]


@pytest.fixture
def grabbed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The kernel says yes; what it was asked."""
    asked: list[tuple[int, int]] = []

    def ioctl(fd: int, request: int, value: int) -> int:
        asked.append((request, value))
        return 0

    monkeypatch.setattr(fcntl, "ioctl", ioctl)
    return asked


@pytest.fixture
def node(tmp_path: Path) -> Path:
    path = tmp_path / "event0"
    os.mkfifo(path)
    return path


@pytest.fixture
def keyboard(node: Path, grabbed: list[tuple[int, int]]) -> Iterator[tuple[InputDevice, int]]:
    """The device, and the end that types."""
    device = InputDevice(str(node), "code_scanner")
    typing = os.open(node, os.O_WRONLY | os.O_NONBLOCK)
    yield device, typing
    device.close()
    device.close()
    os.close(typing)


def test_the_device_is_grabbed_so_that_nobody_else_hears_it(
    keyboard: tuple[InputDevice, int],
    grabbed: list[tuple[int, int]],
) -> None:
    assert grabbed == [(EVIOCGRAB, 1)]
    assert (1 << 30 | 4 << 16 | ord("E") << 8 | 0x90) == EVIOCGRAB  # _IOW('E', 0x90, int)


def test_events_are_handed_out_whole(keyboard: tuple[InputDevice, int]) -> None:
    device, typing = keyboard
    typed = encode_typing("a")
    os.write(typing, typed)
    assert device.read(2 * EVENT_BYTES + 5, 1.0) == typed[: 2 * EVENT_BYTES]
    assert device.read(4096, 1.0) == typed[2 * EVENT_BYTES :]
    assert device.read(4096, 0.01) == b""
    with pytest.raises(ValueError, match="less than one input event"):
        device.read(EVENT_BYTES - 1, 0.0)


def test_nothing_can_be_said_to_it(keyboard: tuple[InputDevice, int]) -> None:
    with pytest.raises(TransportError, match="takes no bytes"):
        keyboard[0].write(b"x")


def test_a_device_that_goes_away_is_lost(node: Path, grabbed: list[tuple[int, int]]) -> None:
    device = InputDevice(str(node))
    os.close(os.open(node, os.O_WRONLY | os.O_NONBLOCK))
    with pytest.raises(LinkLost, match="gone"):
        device.read(4096, 1.0)
    device.close()
    with pytest.raises(LinkLost, match="is closed"):
        device.read(4096, 0.0)


def test_a_device_that_is_not_there_is_lost(tmp_path: Path) -> None:
    with pytest.raises(LinkLost, match="cannot open"):
        InputDevice(str(tmp_path / "event9"))


def test_what_is_no_input_device_is_not_taken_for_one(node: Path) -> None:
    with pytest.raises(LinkLost, match="cannot be grabbed"):
        InputDevice(str(node), "code_scanner")


@pytest.mark.parametrize(("code", "raised"), [(errno.EBUSY, LinkBusy), (errno.ENODEV, LinkLost)])
def test_a_grab_that_is_refused_says_why(
    node: Path,
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    raised: type[TransportError],
) -> None:
    def ioctl(*_: int) -> int:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(fcntl, "ioctl", ioctl)
    with pytest.raises(raised) as told:
        InputDevice(str(node), "code_scanner")
    assert (type(told.value), told.value.device) == (raised, "code_scanner")


def test_a_scanner_that_types_is_read_through_it(keyboard: tuple[InputDevice, int]) -> None:
    device, typing = keyboard
    scanner = LineScanner(lambda: device, CodeScannerFile.load(DEVICES / "code-scanner-hid.toml"))
    os.write(typing, encode_typing(f"]Q1{CODE}"))
    assert scanner.read(2.0) == CODE
    scanner.close()


def test_a_url_names_it() -> None:
    with pytest.raises(LinkLost, match="cannot open"):
        open_bytes("hid:///dev/input/by-id/nothing-of-this-name")
