"""The URL of each device's wire in the configuration (drivers/transport/device_urls.py)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from drivers.transport.device_urls import (
    DeviceUrl,
    HidUrl,
    SerialUrl,
    SimUrl,
    TcpUrl,
    UnitUrl,
    UrlError,
    parse_url,
)
from kiosk.config.settings_table import SettingsTable
from kiosk.domain.devices import DEVICES, PERMIT_CHIP, PRODUCTION_SCHEMES, Device


@dataclass(frozen=True, slots=True)
class DeviceUrls:
    """The URL of each device's wire; empty for a device that this kiosk does not have."""

    by_device: Mapping[Device, str]

    def __getitem__(self, device: Device) -> str:
        return self.by_device[device]

    def refused_in_production(self) -> Iterator[tuple[Device, str]]:
        """Each device whose URL a production site refuses (simulators and recorded traces), with the reason."""
        for device, url in self.by_device.items():
            scheme = url.partition("://")[0]
            if scheme in device.schemes and scheme not in PRODUCTION_SCHEMES:
                allowed = ", ".join(f"{each}://" for each in device.schemes if each in PRODUCTION_SCHEMES)
                yield device, f"{scheme}:// is refused at a production site; {allowed} is wanted"

    def chip_is_in_unit(self) -> bool:
        """Whether the permit unit itself powers chips, so that both devices share one line."""
        return isinstance(_named_by(self[PERMIT_CHIP]), UnitUrl)


def read_device_urls(reader: SettingsTable) -> DeviceUrls:
    """Read the table `devices`. A URL that cannot be used is a mistake."""
    urls = {}
    for device in DEVICES:
        wanted = "a URL: " + ", ".join(f"{scheme}://" for scheme in device.schemes)
        url = reader.text(device.name, wanted, "" if device.is_optional else None)
        if url and url.partition("://")[0] not in device.schemes:
            reader.wrong(device.name, f"is {url!r}; {wanted} is wanted")
        elif url:
            _check(reader, device, url)
        urls[device] = url
    _check_each_has_its_own(reader, urls)
    reader.nothing_else()
    return DeviceUrls(urls)


def _check(reader: SettingsTable, device: Device, url: str) -> None:
    try:
        named = parse_url(url)
    except UrlError as error:
        reader.wrong(device.name, str(error))
        return
    match named:
        case SimUrl(port=None):
            reader.wrong(device.name, f"is {url!r}; sim://{device.name}?port=N is wanted")
        case SerialUrl(baud=None) if not device.finds_its_speed:
            reader.wrong(device.name, f"{url!r}: the speed is missing: expected ?baud=115200")


def _check_each_has_its_own(reader: SettingsTable, urls: Mapping[Device, str]) -> None:
    """Note a mistake for each of several devices on one wire, because it is not known which one is wrong."""
    wires = {device: wire for device, url in urls.items() if (wire := _wire(_named_by(url))) is not None}
    for device, wire in wires.items():
        others = [other.name for other, its in wires.items() if its == wire and other != device]
        if others:
            reader.wrong(device.name, f"is the wire of {', '.join(others)} too; each device has one of its own")


def _wire(named: DeviceUrl | None) -> str | None:
    """The wire of a URL that only one device can use; None where there is no such wire."""
    match named:
        case SerialUrl(path=path) | HidUrl(path=path):
            return os.path.normpath(path)
        case TcpUrl(host, port):
            return f"{host.lower()}:{port}"
        case _:
            return None


def _named_by(url: str) -> DeviceUrl | None:
    """The parsed URL of a device; None for a wrong one, which is reported where it is read."""
    try:
        return parse_url(url)
    except UrlError:
        return None
