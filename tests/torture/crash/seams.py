"""The places in a kiosk's process where it may be killed, found from outside: nothing in the kiosk knows of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from drivers.simulators import vpcd_wire
from drivers.transport import urls
from drivers.transport.base import ByteTransport
from kiosk.central.client import CentralClient
from kiosk.journal.journal import Journal, StepRecord
from tests.torture.crash.points import Point, Reaper

RECORDS = ("append", "number_call", "settle_message")
_NUMBER = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")


class MortalBytes:
    """A byte transport before, in the middle of and after every batch that leaves."""

    def __init__(self, inner: ByteTransport, device: str, reaper: Reaper) -> None:
        self._inner = inner
        self._device = device
        self._reaper = reaper

    def write(self, data: bytes) -> None:
        point = self._reaper.batch(self._device, data)
        point.passed("before")
        if len(data) > 1 and self._reaper.wants(f"{point.name}/half"):
            self._inner.write(data[: len(data) // 2])
        if len(data) > 1:
            point.passed("half")
        self._inner.write(data)
        point.passed("after")

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        return self._inner.read(max_bytes, timeout_s)

    def close(self) -> None:
        self._inner.close()


def install(reaper: Reaper) -> None:
    """Open every seam of this process. Once, before the kiosk is made."""
    _journal(reaper)
    _central(reaper)
    _wires(reaper)
    _chip_wire(reaper)
    for device, kind in _devices():
        _verbs(reaper, device, kind)


def _devices() -> tuple[tuple[str, type], ...]:
    from drivers.id_reader.device import IdReader
    from drivers.permit_chip.chip import PermitChip
    from drivers.permit_unit.crt_591_m.device import Crt591M
    from drivers.permit_unit.star_tcp300.device import StarTcp300
    from drivers.receipt_printer.device import ReceiptPrinter

    return (
        ("id_reader", IdReader),
        ("permit_chip", PermitChip),
        ("permit_unit", StarTcp300),
        ("permit_unit", Crt591M),
        ("receipt_printer", ReceiptPrinter),
    )


def _replace(kind: type, name: str, function: Callable[..., Any]) -> None:
    setattr(kind, name, function)


def _between(point: Point, act: Callable[[], Any]) -> Any:
    point.passed("before")
    result = act()
    point.passed("after")
    return result


def _journal(reaper: Reaper) -> None:
    for name in RECORDS:
        original = getattr(Journal, name)

        def recorded(
            journal: Journal, *args: Any, _name: str = name, _original: Callable[..., Any] = original, **kwargs: Any
        ) -> Any:
            about = args[0] if args else ""
            what = f"{about.event}>{about.state_after}" if isinstance(about, StepRecord) else _name
            if _name == "number_call":
                what = f"number_call.{about}"
            return _between(reaper.call("journal", what), lambda: _original(journal, *args, **kwargs))

        setattr(Journal, name, recorded)


def _central(reaper: Reaper) -> None:
    call = CentralClient._made
    exchange = CentralClient._exchange
    latest: dict[int, Point] = {}

    def called(client: CentralClient, request: Any, answer: Any) -> Any:
        path = _NUMBER.sub("ID", request.path)
        point = reaper.call("central", f"{request.method} {path}")
        latest[id(request)] = point
        try:
            return _between(point, lambda: call(client, request, answer))
        finally:
            del latest[id(request)]

    def exchanged(client: CentralClient, request: Any, within_s: float) -> Any:
        reply = exchange(client, request, within_s)
        if id(request) in latest:
            latest[id(request)].passed("answered")  # central has done it; what it said is not read yet
        return reply

    _replace(CentralClient, "_made", called)
    _replace(CentralClient, "_exchange", exchanged)


def _wires(reaper: Reaper) -> None:
    opened = urls._open

    def open_mortal(url: str, device: str, baud: int | None) -> ByteTransport:
        return MortalBytes(opened(url, device, baud), device, reaper)

    urls._open = open_mortal


def _chip_wire(reaper: Reaper) -> None:
    send = vpcd_wire.send

    def sent(link: Any, message: bytes) -> None:
        point = reaper.batch("permit_chip", message)
        point.passed("before")
        send(link, message)
        point.passed("sent")

    vpcd_wire.send = sent


def _verbs(reaper: Reaper, device: str, kind: type) -> None:
    """Every public verb of a driver; one that calls another of its own is one call."""
    inside: set[str] = set()
    for name, original in list(vars(kind).items()):
        if name.startswith("_") or not callable(original):
            continue

        def told(driver: Any, *args: Any, _name: str = name, _original: Any = original, **kwargs: Any) -> Any:
            if device in inside:
                return _original(driver, *args, **kwargs)
            inside.add(device)
            try:
                point = reaper.verb(device, _name)
                return _between(point, lambda: _original(driver, *args, **kwargs))
            finally:
                inside.discard(device)

        setattr(kind, name, told)
