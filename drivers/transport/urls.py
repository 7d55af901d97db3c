"""From the URL in a configuration to an open transport.

`serial:///dev/kiosk-id-reader?baud=115200` · `tcp://host:port` · `hid:///dev/kiosk-code-scanner` ·
`replay:///trace.jsonl` · `pcsc://READER NAME`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from drivers.transport.base import ByteTransport, Coupler
from drivers.transport.input_device import InputDevice
from drivers.transport.replay import ReplayCoupler, ReplayTransport
from drivers.transport.serial_port import SerialPort
from drivers.transport.tcp import TcpLink

SPEEDS = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400)


class UrlError(ValueError):
    """A URL that names no transport. The message quotes it and says what is wrong."""


@dataclass(frozen=True, slots=True)
class SerialUrl:
    """A device node; `baud` None where the URL names no speed."""

    path: str
    baud: int | None


@dataclass(frozen=True, slots=True)
class TcpUrl:
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class HidUrl:
    """An input device's node: a keyboard, grabbed while it is open."""

    path: str


@dataclass(frozen=True, slots=True)
class ReplayUrl:
    path: Path


@dataclass(frozen=True, slots=True)
class PcscUrl:
    reader_name: str


def parse_url(url: str) -> SerialUrl | TcpUrl | HidUrl | ReplayUrl | PcscUrl:
    """What a URL names. Raises `UrlError`."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        raise UrlError(f"{url!r} is no URL: expected serial://, tcp://, hid://, replay:// or pcsc://")
    match scheme:
        case "serial":
            return _serial(url)
        case "tcp":
            return _tcp(url)
        case "hid":
            if not rest.startswith("/dev/"):
                raise UrlError(f"{url!r}: expected hid:///dev/NAME")
            return HidUrl(unquote(rest))
        case "replay":
            if not rest.startswith("/"):
                raise UrlError(f"{url!r}: expected replay:///path")
            return ReplayUrl(Path(unquote(rest)))
        case "pcsc":
            if not rest:
                raise UrlError(f"{url!r}: expected pcsc://READER NAME")
            return PcscUrl(unquote(rest))
        case "sim":
            raise UrlError(f"{url!r}: a simulator has no wire of its own; the kiosk's start resolves sim://")
        case _:
            raise UrlError(f"{url!r}: {scheme}:// is not one of serial://, tcp://, hid://, replay://, pcsc://")


def _serial(url: str) -> SerialUrl:
    parts = urlsplit(url)
    if parts.netloc or not parts.path.startswith("/") or parts.path == "/":
        raise UrlError(f"{url!r}: expected serial:///dev/NAME?baud=115200")
    baud: int | None = None
    for key, value in parse_qsl(parts.query, keep_blank_values=True):
        if key != "baud":
            raise UrlError(f"{url!r}: {key} is no setting of a serial port (only baud is)")
        if not value.isdecimal() or int(value) not in SPEEDS:
            raise UrlError(f"{url!r}: baud must be one of {', '.join(map(str, SPEEDS))}, not {value!r}")
        baud = int(value)
    return SerialUrl(unquote(parts.path), baud)


def _tcp(url: str) -> TcpUrl:
    parts = urlsplit(url)
    try:
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise UrlError(f"{url!r}: {error}") from error
    if not host or not port or parts.path not in ("", "/") or parts.query:
        raise UrlError(f"{url!r}: expected tcp://host:port")
    return TcpUrl(host, port)


def _open(url: str, device: str, baud: int | None) -> ByteTransport:
    match parse_url(url):
        case SerialUrl(path, named):
            speed = baud or named
            if speed is None:
                raise UrlError(f"{url!r}: the speed is missing: expected ?baud=115200")
            return SerialPort(path, speed, device)
        case TcpUrl(host, port):
            return TcpLink(host, port, device)
        case HidUrl(path):
            return InputDevice(path, device)
        case ReplayUrl(path):
            return ReplayTransport(path, device)
        case PcscUrl():
            raise UrlError(f"{url!r}: a chip coupler moves no bytes; it stands where a chip is expected")


def open_bytes(url: str, device: str = "") -> ByteTransport:
    """An open byte transport. Raises `UrlError`, or what opening the transport raises."""
    return _open(url, device, None)


def bytes_opener(url: str, device: str = "") -> Callable[[int], ByteTransport]:
    """For a driver that looks for its device's speed: opens the URL at the speed it is called with.

    A URL without a speed of its own (TCP, a replay) is opened as it is. Raises `UrlError` at once, not at the call.
    """
    if isinstance(parse_url(url), PcscUrl):
        raise UrlError(f"{url!r}: a chip coupler moves no bytes; it stands where a chip is expected")
    return lambda baud: _open(url, device, baud)


def open_coupler(url: str) -> Coupler:
    """A place where chips are met. Raises `UrlError`; `LinkLost` if there is no such reader."""
    match parse_url(url):
        case PcscUrl(reader_name):
            from drivers.transport.pcsc import PcscCoupler

            return PcscCoupler(reader_name)
        case ReplayUrl(path):
            return ReplayCoupler(path)
        case _:
            raise UrlError(f"{url!r}: no chip is met there: expected pcsc://READER NAME or replay:///path")
