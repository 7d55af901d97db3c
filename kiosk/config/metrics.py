"""The table `metrics`: where a monitoring system asks how the kiosk is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from kiosk.config.settings_table import SettingsTable
from kiosk.data_files.pem_text import flaw_of_encoding

LOOPBACK, PORT = "127.0.0.1", 9942
_WANTED = "an IP address of this machine"


@dataclass(frozen=True, slots=True)
class MetricsTls:
    """The server's certificate and its key, and the authority of those who may ask: PEM files."""

    certificate: Path
    key: Path
    client_ca: Path


@dataclass(frozen=True, slots=True)
class MetricsSettings:
    """Where metrics are served. `tls`: None: in plain text, on this machine alone."""

    address: str
    port: int
    tls: MetricsTls | None


def read_metrics(reader: SettingsTable, beside: Callable[[str], Path], *, is_there: bool) -> MetricsSettings | None:
    """Read the table `metrics`. `is_there`: the site has it. Without it nothing is served."""
    if not is_there:
        return None
    settings = MetricsSettings(
        reader.text("address", _WANTED, LOOPBACK),
        reader.whole("port", "a TCP port", 1024, 65535, PORT),
        _tls(reader, beside),
    )
    if (mistake := _mistake_in(settings)) is not None:
        reader.wrong("address", mistake)
    reader.nothing_else()
    return settings


def _tls(reader: SettingsTable, beside: Callable[[str], Path]) -> MetricsTls | None:
    keys = ("certificate", "key", "client_ca")
    if not any(reader.has(key) for key in keys):
        return None
    return MetricsTls(*(_file(reader, beside, key) for key in keys))


def _file(reader: SettingsTable, beside: Callable[[str], Path], key: str) -> Path:
    name = reader.text(key, "a file (all three of certificate, key and client_ca)")
    if name and not beside(name).is_file():
        reader.wrong(key, f"there is no file {name}")
    elif name and (flaw := flaw_of_encoding(beside(name))) is not None:
        reader.wrong(key, f"{name} {flaw}")
    return beside(name)


def _mistake_in(settings: MetricsSettings) -> str | None:
    if not settings.address:
        return None  # reported already
    try:
        address = ip_address(settings.address)
    except ValueError:
        return f"is {settings.address!r}; {_WANTED} is wanted, such as {LOOPBACK}"
    if settings.tls is None and not address.is_loopback:
        return (
            f"is {settings.address}, which others reach; certificate, key and client_ca are wanted for that, "
            f"or {LOOPBACK}"
        )
    return None
