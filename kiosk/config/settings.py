"""The kiosk's configuration: one TOML file, read and checked once at the start, frozen afterwards.

Every mistake is one readable line: file, key, what is wrong, what is expected.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from kiosk.config.access import AccessSettings, read_access
from kiosk.config.control import ControlSettings, read_control
from kiosk.config.device_urls import DeviceUrls, read_device_urls
from kiosk.config.link import mistake_in_link
from kiosk.config.metrics import MetricsSettings, read_metrics
from kiosk.config.opening_hours import read_opening_hours
from kiosk.config.service_mode import ServiceModeSettings, read_service_mode
from kiosk.config.settings_table import Mistake, SettingsTable
from kiosk.config.sound import read_sound
from kiosk.config.support import read_support
from kiosk.data_files.central_address import mistake_in_central_address
from kiosk.data_files.pem_text import flaw_of_encoding
from kiosk.data_files.reader import DataFileError, read_toml
from kiosk.domain.devices import DEVICES, PERMIT_UNIT, Device
from kiosk.domain.holder_check import AVAILABLE, CheckWay, HolderCheckRule
from kiosk.domain.kept_secret import flaw_of_kept
from kiosk.domain.opening_hours import SiteHours
from kiosk.domain.sound import SoundSettings
from kiosk.domain.staff_call import CallWay
from kiosk.domain.text_kinds import KIOSK_NAME, PLACE_IN_A_SENTENCE
from kiosk.texts.translation import languages_in
from kiosk.texts.words import SOURCE_LANGUAGE, LocalText

Site = Literal["production", "simulation"]

# The limits of the configuration's numbers, both included.
LONGEST_WRITING_S = 600  # longer than any unit writes and any resident waits
LEAST_RIGHT_TIME_S = 5  # central's time has whole seconds, and takes time to arrive
MOST_RIGHT_TIME_S = 3600  # a larger error could change the date
MOST_SIMULATED_S = 10**9  # a simulation may be on any day
LEAST_KEPT_DAYS, MOST_KEPT_DAYS = 30, 3650


class ConfigError(DataFileError):
    """A configuration that cannot be used."""


@dataclass(frozen=True, slots=True)
class DataFiles:
    """The region file, permit files, device files and screen file that this kiosk uses. `devices`: only devices that
    have a device file.
    """

    region: Path
    permits: tuple[Path, ...]
    devices: Mapping[Device, Path]
    screen: Path


@dataclass(frozen=True, slots=True)
class CentralAccess:
    """Central's address, and the files for mutual authentication: PEM, and TOML for `grant_keys`."""

    url: str
    ca: Path
    certificate: Path
    key: Path
    grant_keys: Path


@dataclass(frozen=True, slots=True)
class JournalKeeping:
    """The hash that chains the journal's steps, and for how many days they are kept."""

    hash: Literal["sha256", "sm3"]
    keep_days: int


@dataclass(frozen=True, slots=True)
class HolderCheckAccess:
    """The site's rule, and the hashes of its attendants' secrets, by their numbers."""

    rule: HolderCheckRule
    attendants: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that a site decides. `automation_socket`: where tests and demos see and touch the screen. `pilot`: the
    authority ordered the region's trial at this kiosk. `right_time_s`: how far the clock may be from central's.
    `face_refreshed_at`: where residents go with a face that this kiosk cannot rewrite. `pcscd_restart_file`: what is
    made for systemd to see when pcscd has to be started anew. `attendant_call`: how a resident calls staff.
    `writing_usually_learned`: once this machine knows what it took of late, residents are told that.
    `nearest_machine`: where the next kiosk is; `hours`: when the site is open; None: always. `control`: where other
    programs on the machine ask how the kiosk is. `metrics`: None: nobody is told any. `support_certificate`: for whom
    support bundles are encrypted; None: nobody was named.
    """

    site: Site
    devices: DeviceUrls
    files: DataFiles
    central: CentralAccess
    languages: tuple[str, ...]
    kiosk_name: str
    receipt_link: str
    writing_usually_s: int
    writing_usually_learned: bool
    state_dir: Path
    assets_dir: Path
    fullscreen: bool
    automation_socket: Path | None
    pilot: bool
    right_time_s: int
    holder_check: HolderCheckAccess
    journal: JournalKeeping
    face_refreshed_at: LocalText | None
    nearest_machine: LocalText | None
    hours: SiteHours | None
    pcscd_restart_file: Path | None
    sound: SoundSettings
    access: AccessSettings
    attendant_call: CallWay
    service_mode: ServiceModeSettings
    control: ControlSettings
    support_certificate: Path | None
    metrics: MetricsSettings | None

    @property
    def simulation(self) -> bool:
        return self.site == "simulation"


_OF_PERMIT_UNIT = frozenset(
    {"", "devices", f"devices.{PERMIT_UNIT.name}", "files", f"files.{PERMIT_UNIT.name}", "state_dir"}
)


def tells_permit_unit(mistakes: Iterable[Mistake]) -> bool:
    """Whether a configuration with these mistakes still has a usable permit unit, device file and state directory."""
    return not any(mistake.key in _OF_PERMIT_UNIT or mistake.may_mean & _OF_PERMIT_UNIT for mistake in mistakes)


def tells_metrics(mistakes: Iterable[Mistake]) -> bool:
    """Whether a configuration with these mistakes still says whether and where metrics are served."""
    return not any(mistake.key in ("", "metrics") or mistake.key.startswith("metrics.") for mistake in mistakes)


def load_config(path: Path, assets_dir: Path) -> Config:
    """The configuration in `path`; relative paths in it are relative to it. Raises `ConfigError` with every mistake."""
    config, mistakes = read_config(path, assets_dir)
    if mistakes:
        raise ConfigError([mistake.line for mistake in mistakes])
    return config


def read_config(path: Path, assets_dir: Path) -> tuple[Config, tuple[Mistake, ...]]:
    """The configuration in `path` as far as it can be read, and its mistakes. The value of a key with a mistake has no
    meaning. A mistake with the key "" is one of the whole file.
    """
    try:
        table = read_toml(path)
    except DataFileError as error:
        nothing, _ = _read_table(path, {}, assets_dir)
        whole_path = (f"{path}{mistake.removeprefix(path.name)}" for mistake in error.mistakes)
        return nothing, tuple(Mistake("", mistake) for mistake in whole_path)
    return _read_table(path, table, assets_dir)


def _read_table(path: Path, table: dict[str, Any], assets_dir: Path) -> tuple[Config, tuple[Mistake, ...]]:
    mistakes: list[Mistake] = []
    reader = SettingsTable(path.name, table, mistakes)

    def beside(name: str) -> Path:
        return path.parent / name

    site = reader.text("site", '"production" or "simulation"')
    if site not in ("", "production", "simulation"):
        reader.wrong("site", f'is {site!r}; "production" or "simulation" is wanted')
    state_dir = beside(reader.text("state_dir", "a directory", "/var/lib/qianzhu-kiosk"))
    config = Config(
        site="simulation" if site == "simulation" else "production",
        devices=read_device_urls(reader.table("devices")),
        files=_files(reader.table("files"), assets_dir, beside),
        central=_central(reader.table("central"), beside),
        holder_check=_holder_check(reader.table("holder_check"), in_earnest=site != "simulation"),
        languages=reader.texts(
            "languages", "a list of language tags", [*languages_in(assets_dir / "locale")] or [SOURCE_LANGUAGE]
        ),
        kiosk_name=reader.text("kiosk_name", "what this kiosk is called on receipts", kind=KIOSK_NAME),
        receipt_link=_link(reader, "receipt_link", "the link that the receipt number is appended to"),
        writing_usually_s=reader.whole("writing_usually_s", "seconds", 1, LONGEST_WRITING_S, 25),
        writing_usually_learned=reader.truth("writing_usually_learned", default=True),
        state_dir=state_dir,
        assets_dir=assets_dir,
        fullscreen=reader.truth("fullscreen", default=True),
        pilot=reader.truth("pilot", default=False),
        right_time_s=reader.whole(
            "right_time_s",
            "seconds",
            LEAST_RIGHT_TIME_S,
            MOST_RIGHT_TIME_S if site != "simulation" else MOST_SIMULATED_S,
            60,
        ),
        journal=_journal(reader.table("journal")),
        face_refreshed_at=_words(reader.table("face_refreshed_at")),
        nearest_machine=_words(reader.table("nearest_machine")),
        hours=read_opening_hours(reader.table("hours"), is_there=reader.has("hours")),
        pcscd_restart_file=(
            beside(reader.text("pcscd_restart_file", "a path")) if reader.has("pcscd_restart_file") else None
        ),
        attendant_call=_attendant_call(reader.table("attendant_call")),
        automation_socket=beside(reader.text("automation_socket", "a path"))
        if reader.has("automation_socket")
        else None,
        sound=read_sound(reader.table("sound"), is_there=reader.has("sound")),
        access=read_access(reader.table("access")),
        service_mode=read_service_mode(reader.table("service_mode"), beside, in_earnest=site != "simulation"),
        support_certificate=read_support(reader.table("support"), beside, is_there=reader.has("support")),
        control=read_control(reader.table("control"), beside, state_dir, in_earnest=site != "simulation"),
        metrics=read_metrics(reader.table("metrics"), beside, is_there=reader.has("metrics")),
    )
    reader.renamed("witness_socket", "automation_socket")
    reader.nothing_else()
    _check_whole(config, reader, assets_dir)
    return config, tuple(mistakes)


def _link(reader: SettingsTable, key: str, wanted: str) -> str:
    link = reader.text(key, wanted)
    if link and (mistake := mistake_in_link(link)) is not None:
        reader.wrong(key, f"{mistake}; {wanted} is wanted")
    return link


def _check_whole(config: Config, reader: SettingsTable, assets_dir: Path) -> None:
    if config.site == "production":
        for device, what in config.devices.refused_in_production():
            reader.wrong(f"devices.{device.name}", what)
        if config.automation_socket is not None:
            reader.wrong("automation_socket", "is refused at a production site")
    for language in config.languages:
        if not (assets_dir / "locale" / f"{language}.toml").is_file():
            reader.wrong("languages", f"there is no assets/locale/{language}.toml")


def _words(reader: SettingsTable) -> LocalText | None:
    """The text in this table, by language tag; None where there is none."""
    texts = tuple((language, reader.text(language, "a text", kind=PLACE_IN_A_SENTENCE)) for language in reader.names())
    if texts and SOURCE_LANGUAGE not in dict(texts):
        reader.wrong(SOURCE_LANGUAGE, "is missing; a text is wanted")
    return LocalText(texts) if texts else None


def _files(reader: SettingsTable, assets_dir: Path, beside: Callable[[str], Path]) -> DataFiles:
    def named(key: str, folder: str, name: str) -> Path:
        """The file for `name`: a bare name is a file of assets, a name with a slash or an ending is a path."""
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
        devices={
            device: one(device.name, "devices", device.device_file)
            for device in DEVICES
            if device.device_file is not None
        },
        screen=one("screen", "screens", "portrait-1080x1920"),
    )
    reader.nothing_else()
    return files


def _journal(reader: SettingsTable) -> JournalKeeping:
    chosen = reader.text("hash", '"sha256" or "sm3"', "sha256")
    if chosen not in ("", "sha256", "sm3"):
        reader.wrong("hash", f'is {chosen!r}; "sha256" or "sm3" is wanted')
    keep_days = reader.whole("keep_days", "days", LEAST_KEPT_DAYS, MOST_KEPT_DAYS, 180)
    reader.nothing_else()
    return JournalKeeping("sm3" if chosen == "sm3" else "sha256", keep_days)


_WAYS = {way.value: way for way in CheckWay}
_ATTENDANT = re.compile(r"[0-9]{2}")


def _holder_check(reader: SettingsTable, *, in_earnest: bool) -> HolderCheckAccess:
    """Read how it is checked that the person at the kiosk is the permit's holder; by default it is not checked."""
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
        elif (flaw := flaw_of_kept(kept, in_earnest=in_earnest)) is not None:
            table.wrong(number, flaw)
    if way is CheckWay.ATTENDANT and not attendants:
        reader.wrong("attendants", "there is none who could confirm; add-attendant of python -m kiosk holder-check")
    reader.nothing_else()
    return HolderCheckAccess(HolderCheckRule(way, required), attendants)


def _attendant_call(reader: SettingsTable) -> CallWay:
    """Read how residents call staff; by default there is no button for it."""
    wanted = ", ".join(way.value for way in CallWay)
    word = reader.text("way", wanted, CallWay.NONE.value)
    way = next((way for way in CallWay if way.value == word), None)
    if way is None:
        reader.wrong("way", f"is {word!r}; one of {wanted} is wanted")
    reader.nothing_else()
    return way or CallWay.NONE


def _central(reader: SettingsTable, beside: Callable[[str], Path]) -> CentralAccess:
    def file(key: str) -> Path:
        name = reader.text(key, "a file")
        if name and not beside(name).is_file():
            reader.wrong(key, f"there is no file {name}")
        elif name and (flaw := flaw_of_encoding(beside(name))) is not None:
            reader.wrong(key, f"{name} {flaw}")
        return beside(name)

    url = reader.text("url", "https://host:port")
    mistake = mistake_in_central_address(url) if url else None  # a missing one is reported already
    if mistake is not None:
        shown = "***" if "@" in url else repr(url)  # there may be a password before the @
        reader.wrong("url", f"is {shown}; https://host:port is wanted; this {mistake}")
    access = CentralAccess(url, file("ca"), file("certificate"), file("key"), file("grant_keys"))
    reader.nothing_else()
    return access
