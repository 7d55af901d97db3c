"""The kiosk's configuration: one TOML file, read and checked once at the start, frozen afterwards.

Every mistake is one readable line: file, key, what is wrong, what is wanted.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from kiosk.central.address import mistake_in_central_address
from kiosk.domain.holder_check import AVAILABLE, CheckWay, HolderCheckRule
from kiosk.policy.assessment import LocalText
from kiosk.policy.readable_line import readable_line

Site = Literal["production", "simulation"]
SOURCE_LANGUAGE = "zh-Hans"

SIMULATED = "sim"
IN_UNIT = "unit"
"""Scheme of a chip that the permit unit itself powers: `unit://permit_unit`."""
_SCHEMES = {
    "id_reader": ("serial", "tcp", "replay"),
    "permit_unit": ("serial", "tcp", "replay"),
    "permit_chip": ("pcsc", IN_UNIT, SIMULATED),
    "receipt_printer": ("serial", "tcp", "replay"),
    "code_scanner": ("serial", "hid", "tcp", "replay"),
}
_NOT_EVERYWHERE = ("code_scanner",)


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong. `key`: where, such as "devices.id_reader"; `line`: what to tell people."""

    key: str
    line: str


class ConfigError(ValueError):
    """A configuration that cannot be used. `mistakes`: one readable line each."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True)
class DeviceUrls:
    """Which wire each device is on; empty for one that this kiosk does not have."""

    id_reader: str
    permit_unit: str
    permit_chip: str
    receipt_printer: str
    code_scanner: str

    def are_simulated(self) -> bool:
        """Whether any wire ends in a simulator."""
        urls = (self.id_reader, self.permit_unit, self.permit_chip, self.receipt_printer)
        return any(_scheme(url) == SIMULATED for url in urls)

    def chip_is_in_unit(self) -> bool:
        """Whether the permit unit itself powers chips, so that both are one device on one line."""
        return _scheme(self.permit_chip) == IN_UNIT


@dataclass(frozen=True, slots=True)
class DataFiles:
    """The region file, permit files, device files and screen file that this kiosk uses."""

    region: Path
    permits: tuple[Path, ...]
    id_reader: Path
    permit_unit: Path
    receipt_printer: Path
    code_scanner: Path
    screen: Path


@dataclass(frozen=True, slots=True)
class CentralAccess:
    """Central's address, and what proves who is who. All files PEM, `grant_keys` TOML."""

    url: str
    ca: Path
    certificate: Path
    key: Path
    grant_keys: Path


@dataclass(frozen=True, slots=True)
class JournalKeeping:
    """What the journal's steps are chained with, and for how many days they are kept."""

    hash: Literal["sha256", "sm3"]
    keep_days: int


@dataclass(frozen=True, slots=True)
class HolderCheckAccess:
    """What the site asks for, and what it keeps of its attendants' secrets, by their numbers."""

    rule: HolderCheckRule
    attendants: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that a site decides. `witness_socket`: where tests and demos watch and touch the screen. `pilot`: the
    authority ordered the region's trial at this kiosk. `right_time_s`: how far the clock may be from central's.
    `face_refreshed_at`: where residents go with a face that this kiosk cannot rewrite.
    """

    site: Site
    devices: DeviceUrls
    files: DataFiles
    central: CentralAccess
    languages: tuple[str, ...]
    kiosk_name: str
    receipt_link: str
    writing_usually_s: int
    state_dir: Path
    assets_dir: Path
    fullscreen: bool
    witness_socket: Path | None
    pilot: bool
    right_time_s: int
    holder_check: HolderCheckAccess
    journal: JournalKeeping
    face_refreshed_at: LocalText | None

    @property
    def simulation(self) -> bool:
        return self.site == "simulation"


class _Reader:
    """Takes values out of a table, noting every mistake instead of stopping at the first."""

    def __init__(self, file_name: str, table: dict[str, Any], mistakes: list[Mistake], path: str = "") -> None:
        self._file_name = file_name
        self._table = table
        self._mistakes = mistakes
        self._path = path
        self._asked: set[str] = set()

    def wrong(self, key: str, what: str) -> None:
        where = f"{self._path}{key}"
        self._mistakes.append(Mistake(where, readable_line(f"{self._file_name}: {where}: {what}")))

    def _value(self, key: str, kind: type, wanted: str, default: Any) -> Any:
        self._asked.add(key)
        value = self._table.get(key, default)
        if value is None:
            self.wrong(key, f"is missing; {wanted} is wanted")
        elif not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.wrong(key, f"is {value!r}; {wanted} is wanted")
            return None
        return value

    def text(self, key: str, wanted: str, default: str | None = None) -> str:
        return self._value(key, str, wanted, default) or ""

    def whole(self, key: str, wanted: str, default: int) -> int:
        return self._value(key, int, wanted, default) or default

    def truth(self, key: str, default: bool) -> bool:
        return bool(self._value(key, bool, "true or false", default))

    def texts(self, key: str, wanted: str, default: list[str]) -> tuple[str, ...]:
        values = self._value(key, list, wanted, default) or default
        if not values or not all(isinstance(value, str) for value in values):
            self.wrong(key, f"is {values!r}; {wanted} is wanted")
            return tuple(default)
        return tuple(values)

    def every_text(self, wanted: str) -> dict[str, str]:
        """Every key of this table with its text."""
        return {key: self.text(key, wanted) for key in self._table}

    def table(self, key: str) -> _Reader:
        self._asked.add(key)
        value = self._table.get(key, {})
        if not isinstance(value, dict):
            self.wrong(key, "must be a table")
            value = {}
        return _Reader(self._file_name, value, self._mistakes, f"{self._path}{key}.")

    def is_empty(self, key: str) -> bool:
        """Whether it is a text without a character."""
        return self._table.get(key) == ""

    def names(self) -> tuple[str, ...]:
        return tuple(self._table)

    def nothing_else(self) -> None:
        for key in self._table.keys() - self._asked:
            self.wrong(key, "is not known here")


def load_config(path: Path, assets_dir: Path) -> Config:
    """The configuration in `path`; relative paths in it are relative to it. Raises `ConfigError` with every mistake."""
    config, mistakes = read_config(path, assets_dir)
    if mistakes:
        raise ConfigError([mistake.line for mistake in mistakes])
    return config


def read_config(path: Path, assets_dir: Path) -> tuple[Config, tuple[Mistake, ...]]:
    """What can be read of the configuration in `path`, and its mistakes. What stands at a mistaken key has no meaning;
    a mistake with the key "" is one of the whole file.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        unreadable = f"{path}: cannot be read: {error.strerror}"
    except (ValueError, RecursionError) as error:
        unreadable = f"{path}: is not TOML: {error}"
    else:
        return _read_table(path, table, assets_dir)
    nothing, _ = _read_table(path, {}, assets_dir)
    return nothing, (Mistake("", unreadable),)


def _read_table(path: Path, table: dict[str, Any], assets_dir: Path) -> tuple[Config, tuple[Mistake, ...]]:
    mistakes: list[Mistake] = []
    reader = _Reader(path.name, table, mistakes)

    def beside(name: str) -> Path:
        return path.parent / name

    site = reader.text("site", '"production" or "simulation"')
    if site not in ("production", "simulation"):
        reader.wrong("site", f'is {site!r}; "production" or "simulation" is wanted')
    config = Config(
        site="simulation" if site == "simulation" else "production",
        devices=_devices(reader.table("devices")),
        files=_files(reader.table("files"), assets_dir, beside),
        central=_central(reader.table("central"), beside),
        holder_check=_holder_check(reader.table("holder_check")),
        languages=reader.texts("languages", "a list of language tags", ["zh-Hans", "en"]),
        kiosk_name=reader.text("kiosk_name", "what this kiosk is called on receipts"),
        receipt_link=reader.text("receipt_link", "the link that the receipt number is appended to"),
        writing_usually_s=reader.whole("writing_usually_s", "seconds", 25),
        state_dir=beside(reader.text("state_dir", "a directory", "/var/lib/qianzhu-kiosk")),
        assets_dir=assets_dir,
        fullscreen=reader.truth("fullscreen", default=True),
        pilot=reader.truth("pilot", default=False),
        right_time_s=reader.whole("right_time_s", "seconds", 60),
        journal=_journal(reader.table("journal")),
        face_refreshed_at=_words(reader.table("face_refreshed_at")),
        witness_socket=beside(name) if (name := reader.text("witness_socket", "a path", "")) else None,
    )
    reader.nothing_else()
    _check_whole(config, reader, assets_dir)
    return config, tuple(mistakes)


def _check_whole(config: Config, reader: _Reader, assets_dir: Path) -> None:
    if config.site == "production":
        if config.devices.are_simulated():
            reader.wrong("devices", "a simulator on the wire of a production site is refused")
        if config.witness_socket is not None:
            reader.wrong("witness_socket", "is refused at a production site")
    for language in config.languages:
        if not (assets_dir / "locale" / f"{language}.toml").is_file():
            reader.wrong("languages", f"there is no assets/locale/{language}.toml")


def _words(reader: _Reader) -> LocalText | None:
    """A text by language tag; None where there is none at all."""
    texts = tuple((language, reader.text(language, "a text")) for language in reader.names())
    if texts and SOURCE_LANGUAGE not in dict(texts):
        reader.wrong(SOURCE_LANGUAGE, "is missing; a text is wanted")
    return LocalText(texts) if texts else None


def _devices(reader: _Reader) -> DeviceUrls:
    urls = {}
    for device, schemes in _SCHEMES.items():
        wanted = "a URL: " + ", ".join(f"{scheme}://" for scheme in schemes)
        url = reader.text(device, wanted, "" if device in _NOT_EVERYWHERE else None)
        if url and _scheme(url) not in schemes:
            reader.wrong(device, f"is {url!r}; {wanted} is wanted")
        urls[device] = url
    reader.nothing_else()
    return DeviceUrls(**urls)


def _files(reader: _Reader, assets_dir: Path, beside: Callable[[str], Path]) -> DataFiles:
    def named(key: str, folder: str, name: str) -> Path:
        """A bare name is one of our own files; with a slash or an ending it is a path."""
        own = "/" not in name and not name.endswith(".toml")
        file = assets_dir / folder / f"{name}.toml" if own else beside(name)
        if name and not file.is_file():
            known = sorted(other.stem for other in (assets_dir / folder).glob("*.toml"))
            reader.wrong(key, f"there is no {file.name}; known here: {', '.join(known)}")
        return file

    def one(key: str, folder: str, default: str | None = None) -> Path:
        return named(key, folder, reader.text(key, f"a name out of assets/{folder}, or a path", default))

    permits = reader.texts("permits", "a list of names out of assets/permits", ["reference"])
    files = DataFiles(
        region=one("region", "regions"),
        permits=tuple(named("permits", "permits", name) for name in permits),
        id_reader=one("id_reader", "devices", "gat467"),
        permit_unit=one("permit_unit", "devices", "star-tcp300"),
        receipt_printer=one("receipt_printer", "devices", "escpos-80-gb18030"),
        code_scanner=one("code_scanner", "devices", "code-scanner-serial"),
        screen=one("screen", "screens", "portrait-1080x1920"),
    )
    reader.nothing_else()
    return files


LEAST_KEPT_DAYS = 30


def _journal(reader: _Reader) -> JournalKeeping:
    chosen = reader.text("hash", '"sha256" or "sm3"', "sha256")
    if chosen not in ("", "sha256", "sm3"):
        reader.wrong("hash", f'is {chosen!r}; "sha256" or "sm3" is wanted')
    keep_days = reader.whole("keep_days", "days", 180)
    if keep_days < LEAST_KEPT_DAYS:
        reader.wrong("keep_days", f"is {keep_days}; {LEAST_KEPT_DAYS} or more are wanted")
    reader.nothing_else()
    return JournalKeeping("sm3" if chosen == "sm3" else "sha256", keep_days)


_WAYS = {way.value: way for way in CheckWay}
_ATTENDANT = re.compile(r"[0-9]{2}")
_SECRET = re.compile(r"scrypt:[0-9]{1,8}:[0-9]{1,3}:[0-9]{1,3}:[A-Za-z0-9+/]+=*:[A-Za-z0-9+/]+=*")


def _holder_check(reader: _Reader) -> HolderCheckAccess:
    """Who says that the person at the kiosk is the permit's holder; by default nobody is asked."""
    word = reader.text("way", "none or attendant", "none")
    way = _WAYS.get(word, CheckWay.NONE)
    available = ", ".join(each.value for each in AVAILABLE)
    if word not in _WAYS:
        reader.wrong("way", f"is {word!r}; one of {available} is wanted")
    elif way not in AVAILABLE:
        reader.wrong("way", f"{word} is not available yet; one of {available} is wanted")
    required = reader.truth("required", default=False)
    if required and way is CheckWay.NONE:
        reader.wrong("required", "nobody can be required where the way is none")
    table = reader.table("attendants")
    attendants = table.every_text("what python -m kiosk holder-check add-attendant prints")
    for number, kept in attendants.items():
        if _ATTENDANT.fullmatch(number) is None:
            table.wrong(number, "is no attendant's number; two digits are wanted")
        elif _SECRET.fullmatch(kept) is None:
            table.wrong(number, "is nothing that python -m kiosk holder-check add-attendant prints")
    if way is CheckWay.ATTENDANT and not attendants:
        reader.wrong("attendants", "there is none who could confirm; add-attendant of python -m kiosk holder-check")
    reader.nothing_else()
    return HolderCheckAccess(HolderCheckRule(way, required), attendants)


def _scheme(url: str) -> str:
    return url.partition("://")[0]


def _central(reader: _Reader, beside: Callable[[str], Path]) -> CentralAccess:
    def file(key: str) -> Path:
        name = reader.text(key, "a file")
        if name and not beside(name).is_file():
            reader.wrong(key, f"there is no file {name}")
        return beside(name)

    url = reader.text("url", "https://host:port")
    mistake = mistake_in_central_address(url) if url or reader.is_empty("url") else None     # or it is told already
    if mistake is not None:
        shown = "***" if "@" in url else repr(url)      # a password stands before the @
        reader.wrong("url", f"is {shown}; https://host:port is wanted; this {mistake}")
    access = CentralAccess(url, file("ca"), file("certificate"), file("key"), file("grant_keys"))
    reader.nothing_else()
    return access
