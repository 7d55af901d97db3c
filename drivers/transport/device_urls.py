"""The parser for URLs of devices. It opens nothing.

| URL | names |
| --- | --- |
| `serial:///dev/NAME?baud=115200` | a serial line; the settings stand behind the first `?` |
| `tcp://host:port` | a device with a network interface of its own |
| `hid:///dev/NAME` | an input device |
| `replay:///path` | a recorded trace |
| `pcsc://READER NAME` | a PC/SC slot by the very name that `python -m drivers permit-chip slots` prints |
| `pcsc-hex://E58D8E…` | the same by the name's bytes, for a name that is no UTF-8 or cannot be typed |
| `unit://permit_unit` | the chip reader in the permit unit, on the unit's own line |
| `sim://permit_chip?port=N` | a simulated chip that connects to this port of the kiosk |

A PC/SC name is not encoded in any way: `%`, `#`, `?`, `@` and brackets stand for themselves (pcsc-lite puts the name of
the USB interface in brackets). In a path `%XX` is the byte XX, so that every path can be written, `#` and non-ASCII
characters stand for themselves, and a NUL is refused, because no path has one.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote_to_bytes

SPEEDS = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400)

LONGEST_READER_NAME_BYTES = 127
"""MAX_READERNAME of pcsc-lite is 128 with the final NUL. pcscd lists a name of 128 bytes and never finds it again."""


class UrlError(ValueError):
    """An invalid URL of a device. The message quotes it and says what is wrong."""


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
    """`reader_name`: as PC/SC has it; bytes that are no UTF-8 are kept as lone surrogates (PEP 383)."""

    reader_name: str


@dataclass(frozen=True, slots=True)
class UnitUrl:
    """The permit unit itself powers the chip."""


@dataclass(frozen=True, slots=True)
class SimUrl:
    """A simulator; `port` of the loopback where a simulated chip connects, None for what has no wire yet."""

    port: int | None


DeviceUrl = SerialUrl | TcpUrl | HidUrl | ReplayUrl | PcscUrl | UnitUrl | SimUrl


def parse_url(url: str) -> DeviceUrl:
    """The parsed URL of a device. Raises `UrlError`."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        raise UrlError(f"{url!r} is no URL: expected serial://, tcp://, hid://, replay:// or pcsc://")
    match scheme:
        case "serial":
            return _serial(url, rest)
        case "tcp":
            return _tcp(url, rest)
        case "hid":
            if not rest.startswith("/dev/"):
                raise UrlError(f"{url!r}: expected hid:///dev/NAME")
            return HidUrl(_path(url, rest))
        case "replay":
            if not rest.startswith("/"):
                raise UrlError(f"{url!r}: expected replay:///path")
            return ReplayUrl(Path(_path(url, rest)))
        case "pcsc":
            return PcscUrl(_reader_name(url, rest))
        case "pcsc-hex":
            return PcscUrl(_reader_name(url, _of_hex(url, rest)))
        case "unit":
            return UnitUrl()
        case "sim":
            return _sim(url, rest)
        case _:
            raise UrlError(f"{url!r}: {scheme}:// is not one of serial://, tcp://, hid://, replay://, pcsc://")


def reader_url(reader_name: str) -> str:
    """The URL of a PC/SC slot: with its name if that can be read and typed, otherwise with the name's bytes in hex."""
    if reader_name.isprintable() and reader_name == reader_name.strip():
        return f"pcsc://{reader_name}"
    return f"pcsc-hex://{reader_name.encode('utf-8', 'surrogateescape').hex().upper()}"


def _reader_name(url: str, name: str) -> str:
    if not name:
        raise UrlError(f"{url!r}: expected pcsc://READER NAME")
    if "\0" in name:
        raise UrlError(f"{url!r}: no reader has a NUL in its name")
    try:
        length = len(name.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError:
        raise UrlError(f"{url!r}: no reader has a lone surrogate in its name") from None
    if length > LONGEST_READER_NAME_BYTES:
        raise UrlError(
            f"{url!r}: the name has {length} bytes and PC/SC opens none of more than {LONGEST_READER_NAME_BYTES}; give "
            "the reader a shorter one (FRIENDLYNAME in /etc/reader.conf.d, ifdFriendlyName in its driver's Info.plist)"
        )
    return name


def _of_hex(url: str, digits: str) -> str:
    if re.fullmatch(r"(?:[0-9A-Fa-f]{2})+", digits) is None:
        raise UrlError(f"{url!r}: expected pcsc-hex:// and two hex digits for each byte of the reader's name")
    return bytes.fromhex(digits).decode("utf-8", "surrogateescape")


def _path(url: str, quoted: str) -> str:
    try:
        path = os.fsdecode(unquote_to_bytes(quoted))
    except UnicodeEncodeError:
        raise UrlError(f"{url!r}: no path has a lone surrogate in it") from None
    if "\0" in path:
        raise UrlError(f"{url!r}: no path has a NUL in it")
    return path


def _number(digits: str) -> int | None:
    """A number of a few ASCII digits; None if it is none."""
    return int(digits) if re.fullmatch(r"[0-9]{1,9}", digits) else None


def _serial(url: str, rest: str) -> SerialUrl:
    path, _, settings = rest.partition("?")
    if not path.startswith("/") or path == "/":
        raise UrlError(f"{url!r}: expected serial:///dev/NAME?baud=115200")
    baud: int | None = None
    for key, value in parse_qsl(settings, keep_blank_values=True):
        if key != "baud":
            raise UrlError(f"{url!r}: {key} is no setting of a serial port (only baud is)")
        baud = _number(value)
        if baud not in SPEEDS:
            raise UrlError(f"{url!r}: baud must be one of {', '.join(map(str, SPEEDS))}, not {value!r}")
    return SerialUrl(_path(url, path), baud)


def _tcp(url: str, rest: str) -> TcpUrl:
    found = re.fullmatch(r"(?:\[(?P<ipv6>[^\[\]]+)\]|(?P<host>[^\[\]:/?#@\s]+)):(?P<port>[^/]+)/?", rest)
    if found is None:
        raise UrlError(f"{url!r}: expected tcp://host:port")
    host, port = found["ipv6"] or found["host"], _number(found["port"])
    if port is None or not 1 <= port <= 65535:
        raise UrlError(f"{url!r}: expected tcp://host:port with a port from 1 to 65535")
    try:
        host.encode("idna")  # as the look-up of the name does, which raises no OSError for these
    except UnicodeError:
        raise UrlError(f"{url!r}: {host!r} is no name of a host") from None
    if "\0" in host:
        raise UrlError(f"{url!r}: {host!r} is no name of a host")
    return TcpUrl(host, port)


def _sim(url: str, rest: str) -> SimUrl:
    settings = dict(parse_qsl(rest.partition("?")[2], keep_blank_values=True))
    if "port" not in settings:
        return SimUrl(None)
    port = _number(settings["port"])
    if port is None or not 1 <= port <= 65535:
        raise UrlError(f"{url!r}: expected sim://permit_chip?port=N with a port from 1 to 65535")
    return SimUrl(port)
