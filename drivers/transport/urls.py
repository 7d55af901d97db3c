"""Opens the transport of a configured URL. `device_urls` parses it."""

from __future__ import annotations

from collections.abc import Callable

from drivers.transport.base import ByteTransport, Coupler, WatchedSlot
from drivers.transport.device_urls import (
    HidUrl,
    PcscUrl,
    ReplayUrl,
    SerialUrl,
    SimUrl,
    TcpUrl,
    UnitUrl,
    UrlError,
    parse_url,
)
from drivers.transport.input_device import InputDevice
from drivers.transport.replay import ReplayCoupler, ReplayTransport
from drivers.transport.serial_port import SerialPort
from drivers.transport.tcp import TcpLink


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
        case PcscUrl() | UnitUrl():
            raise UrlError(f"{url!r}: a chip coupler moves no bytes; it stands where a chip is expected")
        case SimUrl():
            raise UrlError(f"{url!r}: a simulator has no wire of its own; the kiosk's start resolves sim://")


def open_bytes(url: str, device: str = "") -> ByteTransport:
    """An open byte transport. Raises `UrlError`, or what opening the transport raises."""
    return _open(url, device, None)


def bytes_opener(url: str, device: str = "") -> Callable[[int], ByteTransport]:
    """A function that opens the URL at a given speed, for a driver that searches its device's speed.

    A URL without a speed of its own (TCP, a replay) is opened as it is. Raises `UrlError` at once, not at the call.
    """
    if isinstance(parse_url(url), PcscUrl | UnitUrl):
        raise UrlError(f"{url!r}: a chip coupler moves no bytes; it stands where a chip is expected")
    return lambda baud: _open(url, device, baud)


def open_coupler(url: str) -> Coupler:
    """The coupler of a URL. Raises `UrlError`; `LinkLost` if there is no such reader."""
    match parse_url(url):
        case PcscUrl(reader_name):
            from drivers.transport.pcsc import PcscCoupler

            return PcscCoupler(reader_name)
        case ReplayUrl(path):
            return ReplayCoupler(path)
        case _:
            raise UrlError(f"{url!r}: no chip is met there: expected pcsc://READER NAME or replay:///path")


def open_watched_slot(url: str) -> WatchedSlot:
    """The slot of a URL, for cards that people put in. Raises `UrlError`; a reader that is not there is noticed when it
    is used.
    """
    match parse_url(url):
        case PcscUrl(reader_name):
            from drivers.transport.pcsc import PcscCoupler

            return PcscCoupler(reader_name)
        case _:
            raise UrlError(f"{url!r}: no card is put in there: expected pcsc://READER NAME")
