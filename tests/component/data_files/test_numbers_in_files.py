"""Every number in every kind of file has a range, which is checked where the file is read and told in one line."""

from __future__ import annotations

import ast
import json
import math
import re
import tomllib
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest

from assets import ASSETS
from drivers.code_scanner.device_file import CodeScannerFile
from drivers.data_file import DataFileError
from drivers.guidance_lights.device_file import GuidanceLightsFile
from drivers.id_reader.reader_file import IdReaderFile
from drivers.permit_file.reader import load_permit_file
from drivers.permit_unit.dialects import load_unit_file
from drivers.receipt_printer import device_file as printer_file
from drivers.receipt_printer.document_file import load_document
from drivers.simulators.residents import DEFAULT as RESIDENTS
from drivers.simulators.residents import load_residents
from kiosk.config.settings import ConfigError, load_config
from kiosk.policy.region_file import load_region
from kiosk.voice.grammar import Grammar
from screens.shell.screen_file import load_screen_file
from tests.architecture.source import ROOT
from tests.lobby.production_site import GOOD, written

TODAY = date(2026, 11, 22)
CONFIGURATION = f"""writing_usually_s = 25
right_time_s = 60
{GOOD}
[hours]
monday = "09:00-17:00"
last_visit_min = 10
[journal]
keep_days = 180
[metrics]
port = 9942
[sound]
volume = 60
quiet_volume = 30
"""
DOCUMENT = '[[elements]]\nkind = "feed"\nlines = 2\n'

PRINTER = (
    (ASSETS / "devices" / "escpos-80-gb18030.toml")
    .read_text("utf-8")
    .replace("[paper]\n", "[paper]\nline_dots = 30\n")
    .replace("[link]\n", "[link]\nsettle_s = 3.0\n")
)

PADDED = (
    (ASSETS / "permits" / "reference.toml")
    .read_text("utf-8")
    .replace('encoding = "gb18030"\n', 'encoding = "gb18030"\npadding = [0xFF, 0x00]\n', 1)
)

NEVER: tuple[int | float, ...] = (-1, 2**62, True, math.nan, math.inf, -math.inf)
HALF = 0.5

Key = tuple[str | int, ...]


def config_of(path: Path) -> object:
    return load_config(written(path.parent, path.read_text("utf-8")), ASSETS)


KINDS: dict[str, tuple[Callable[[Path], object], tuple[str, ...]]] = {
    "region": (
        load_region,
        tuple(
            str(path)
            for folder in (ASSETS / "regions", ROOT / "tests" / "data" / "regions")
            for path in sorted(folder.glob("*.toml"))
        ),
    ),
    "permit": (load_permit_file, (PADDED, *map(str, sorted((ASSETS / "permits").glob("*.toml"))))),
    "id_reader": (IdReaderFile.load, (str(ASSETS / "devices" / "gat467.toml"),)),
    "permit_unit": (
        load_unit_file,
        tuple(str(ASSETS / "devices" / f"{name}.toml") for name in ("star-tcp300", "crt-591-m")),
    ),
    "printer": (printer_file.load, (PRINTER, *map(str, sorted((ASSETS / "devices").glob("escpos-*.toml"))))),
    "scanner": (CodeScannerFile.load, tuple(map(str, sorted((ASSETS / "devices").glob("code-scanner-*.toml"))))),
    "lights": (GuidanceLightsFile.load, (str(ASSETS / "devices" / "modbus-relay-8.toml"),)),
    "screen": (load_screen_file, tuple(map(str, sorted((ASSETS / "screens").glob("*.toml"))))),
    "residents": (lambda path: load_residents(path, TODAY), (str(RESIDENTS),)),
    "receipt document": (load_document, (DOCUMENT,)),
    "grammar": (Grammar.load, tuple(map(str, sorted((ASSETS / "voice").glob("*.toml"))))),
    "configuration": (config_of, (CONFIGURATION,)),
}

# Zero means zero there.
MAY_BE_ZERO = {
    "last_visit_min",
    "address",
    "offset",
    "x",
    "y",
    "resends",
    "refusals_retried",
    "yuan",
    "working_days",
    "most_working_days",
    "days",
    "age_from",
    "endorsement_count",
    "first_coil",
    "codes",
    "padding",
    "quiet_volume",
}
# Rows of a table of start dates may end before the permit's own end; parts of a machine lie below its display.
MAY_BE_BELOW_ZERO = {"start_dates", "machine"}
NOT_WHOLE = re.compile(r"_s$|^timeouts_s$|^mm_per_pixel$|^body_mm$|^entry_poll$")


@dataclass(frozen=True)
class NumberInFile:
    """A number in a file, by the keys that lead to it; those of a list are numbers."""

    kind: str
    text: str
    key: Key

    @property
    def names(self) -> list[str]:
        return [part for part in self.key if isinstance(part, str)]

    def __str__(self) -> str:
        return f"{self.kind}: {'.'.join(map(str, self.key))}"


def numbers_in(value: object, key: Key = ()) -> Iterator[Key]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from numbers_in(inner, (*key, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from numbers_in(inner, (*key, number))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield key


def every_number() -> dict[str, list[NumberInFile]]:
    """By kind of file, each number once by the names that lead to it."""
    places: dict[str, dict[tuple[str, ...], NumberInFile]] = {kind: {} for kind in KINDS}
    for kind, (_, sources) in KINDS.items():
        for source in sources:
            text = Path(source).read_text("utf-8-sig") if source.endswith(".toml") else source
            for key in numbers_in(tomllib.loads(text)):
                place = NumberInFile(kind, text, key)
                places[kind].setdefault(tuple(place.names), place)
    return {kind: list(found.values()) for kind, found in places.items()}


NUMBERS = every_number()


def in_toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(name)} = {in_toml(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(in_toml, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, date | time):
        return value.isoformat()
    return repr(value)


def changed(place: NumberInFile, number: int | float) -> str:
    tables: Any = deepcopy(tomllib.loads(place.text))
    inner = tables
    for part in place.key[:-1]:
        inner = inner[part]
    inner[place.key[-1]] = number
    return "\n".join(f"{json.dumps(name)} = {in_toml(value)}" for name, value in tables.items()) + "\n"


def mistakes_of(place: NumberInFile, number: int | float, folder: Path) -> list[str]:
    path = folder / "changed.toml"
    path.write_text(changed(place, number), "utf-8")
    try:
        KINDS[place.kind][0](path)
    except DataFileError as error:
        return error.mistakes
    return []


def about(place: NumberInFile, mistakes: list[str]) -> list[str]:
    """The mistakes that name the number's key and tell what is allowed."""
    name = next(part for part in reversed(place.names) if part not in ("days", "months"))
    return [
        line for line in mistakes if name in line and re.search(r"from -?[\d.]+ to [\d.e+]+|above 0 and at most", line)
    ]


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", KINDS)
def test_a_number_that_can_never_be_right_is_refused_with_what_is_allowed(kind: str, tmp_path: Path) -> None:
    taken = [
        f"{place} = {number}: {mistakes_of(place, number, tmp_path)[:1]}"
        for place in NUMBERS[kind]
        for number in NEVER
        if not (number == -1 and number is not True and MAY_BE_BELOW_ZERO & set(place.names))
        and not about(place, mistakes_of(place, number, tmp_path))
    ]
    assert taken == []


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", KINDS)
def test_zero_means_zero_or_is_refused_with_what_is_allowed(kind: str, tmp_path: Path) -> None:
    taken = {
        place.key[-1] if isinstance(place.key[-1], str) else place.names[-1]
        for place in NUMBERS[kind]
        if not MAY_BE_ZERO & set(place.names)
        and not (MAY_BE_BELOW_ZERO & set(place.names))
        and not about(place, mistakes_of(place, 0, tmp_path))
    }
    assert taken == set()


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", KINDS)
def test_half_of_something_whole_is_refused(kind: str, tmp_path: Path) -> None:
    taken = [
        str(place)
        for place in NUMBERS[kind]
        if not any(NOT_WHOLE.search(name) for name in place.names) and not mistakes_of(place, HALF, tmp_path)
    ]
    assert taken == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_says_the_same_in_another_form_is_taken(kind: str, tmp_path: Path) -> None:
    """Or the tests above would be content with files that are refused for another reason."""
    place = NUMBERS[kind][0] if NUMBERS[kind] else None
    assert place is not None
    number: Any = tomllib.loads(place.text)
    for part in place.key:
        number = number[part]
    assert mistakes_of(place, number, tmp_path) == []


READERS = re.compile(r"whole|wholes|optional_whole|seconds|span")


def keys_that_are_read_as_numbers() -> set[str]:
    """The first argument of every call that reads a number out of a file."""
    found = set()
    for path in [*ROOT.glob("drivers/**/*.py"), *ROOT.glob("kiosk/**/*.py"), *ROOT.glob("screens/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                first = node.args[0] if node.args and READERS.fullmatch(node.func.attr) else None
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found.add(first.value)
    return found


def test_every_key_that_is_read_as_a_number_is_tried() -> None:
    tried = {name for places in NUMBERS.values() for place in places for name in place.names}
    assert len(keys_that_are_read_as_numbers()) > 50
    assert keys_that_are_read_as_numbers() - tried - {"format"} == set()


@pytest.mark.parametrize("number", ["1" * 30, "0x" + "F" * 6000, "-" + "9" * 19])
@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_number_that_toml_does_not_have_is_one_line(kind: str, number: str, tmp_path: Path) -> None:
    place = NUMBERS[kind][0]
    text = changed(place, 4611686018427387905).replace("4611686018427387905", number)
    (tmp_path / "changed.toml").write_text(text, "utf-8")
    with pytest.raises(DataFileError, match="a whole number has at most 64 bits") as told:
        KINDS[kind][0](tmp_path / "changed.toml")
    assert len(told.value.mistakes) == 1


# -- the configuration -------------------------------------------------------------------------------------------------

EMPTY = re.compile(r'^(\w+) = "[^"]+"$', re.MULTILINE)


def test_a_production_site_whose_every_text_is_empty_is_told_each_of_them(tmp_path: Path) -> None:
    text = EMPTY.sub(lambda found: f'{found[1]} = ""' if found[1] != "site" else found[0], GOOD)
    with pytest.raises(ConfigError) as told:
        load_config(written(tmp_path, text), ASSETS)
    missing = {line.split(": ")[1] for line in told.value.mistakes if ": is missing; " in line}
    assert missing == {
        "kiosk_name",
        "receipt_link",
        "state_dir",
        "devices.id_reader",
        "devices.permit_unit",
        "devices.permit_chip",
        "devices.receipt_printer",
        "files.region",
        "central.url",
        "central.ca",
        "central.certificate",
        "central.key",
        "central.grant_keys",
    }


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('automation_socket = " "', "automation_socket"),
        ("languages = []", "languages"),
        ('languages = ["en", ""]', "languages"),
        ('languages = ["en", "en"]', "languages"),
        ("pilot = 0", "pilot"),
        ("fullscreen = 1", "fullscreen"),
    ],
)
def test_what_says_nothing_does_not_become_the_default(tmp_path: Path, line: str, key: str) -> None:
    with pytest.raises(ConfigError) as told:
        load_config(written(tmp_path, f"{line}\n{GOOD}"), ASSETS)
    assert [mistake for mistake in told.value.mistakes if f": {key}: " in mistake]


@pytest.mark.parametrize(
    ("device", "url"),
    [
        ("id_reader", "replay:///trace.jsonl"),
        ("permit_unit", "replay:///trace.jsonl"),
        ("receipt_printer", "replay:///trace.jsonl"),
        ("code_scanner", "replay:///trace.jsonl"),
        ("guidance_lights", "replay:///trace.jsonl"),
        ("permit_chip", "sim://permit_chip?port=7000"),
    ],
)
def test_neither_a_trace_nor_a_simulator_is_a_wire_of_a_production_site(tmp_path: Path, device: str, url: str) -> None:
    line = f'{device} = "{url}"'
    text = re.sub(rf"^{device} = .*$", line, GOOD, flags=re.MULTILINE)
    text = text if line in text else text.replace("[files]", f"{line}\n\n[files]")
    with pytest.raises(ConfigError) as told:
        load_config(written(tmp_path, text), ASSETS)
    scheme = url.partition(":")[0]
    refused = f": devices.{device}: {scheme}:// is refused at a production site; "
    assert [line for line in told.value.mistakes if refused in line and line.endswith(" is wanted")]
    load_config(written(tmp_path, text.replace('"production"', '"simulation"')), ASSETS)


def test_a_simulated_place_may_live_on_another_day(tmp_path: Path) -> None:
    text = f"right_time_s = 1000000000\n{GOOD}"
    with pytest.raises(ConfigError, match="right_time_s: is 1000000000; a whole number of seconds from 5 to 3600"):
        load_config(written(tmp_path, text), ASSETS)
    simulated = load_config(written(tmp_path, text.replace('"production"', '"simulation"')), ASSETS)
    assert simulated.right_time_s == 10**9


SALT, KEY = "U29kaXVtQ2hsb3JpZGU=", "cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofI="


@pytest.mark.parametrize(
    ("kept", "flaw"),
    [
        (f"scrypt:16383:8:1:{SALT}:{KEY}", "N is 16383; a power of two from 16384 to 262144"),
        (f"scrypt:0:8:1:{SALT}:{KEY}", "N is 0; a power of two"),
        (f"scrypt:1:8:1:{SALT}:{KEY}", "N is 1; a power of two"),
        (f"scrypt:8192:8:1:{SALT}:{KEY}", "N is 8192; a power of two"),
        (f"scrypt:67108864:8:1:{SALT}:{KEY}", "N is 67108864; a power of two"),
        (f"scrypt:16384:0:1:{SALT}:{KEY}", "r is 0; 1 to 32"),
        (f"scrypt:16384:33:1:{SALT}:{KEY}", "r is 33; 1 to 32"),
        (f"scrypt:16384:8:0:{SALT}:{KEY}", "p is 0; 1 to 16"),
        (f"scrypt:16384:8:17:{SALT}:{KEY}", "p is 17; 1 to 16"),
        (f"scrypt:262144:8:1:{SALT}:{KEY}", "more than 64 MB"),
        (f"scrypt:16384:32:16:{SALT}:{KEY}", "more than a second"),
        (f"scrypt:16384:8:1:AA==:{KEY}", "the salt has 1 bytes; 8 to 64"),
        (f"scrypt:16384:8:1:{SALT}:AAAA", "the key has 3 bytes; 32"),
        (f"scrypt:16384:8:1:A===:{KEY}", "not base64"),
        (f"scrypt:-1:8:1:{SALT}:{KEY}", "is nothing that python -m kiosk holder-check add-attendant prints"),
        (f"scrypt:１６３８４:8:1:{SALT}:{KEY}", "is nothing that python -m kiosk holder-check add-attendant prints"),
    ],
)
def test_an_attendants_secret_that_scrypt_would_refuse_is_refused_where_it_is_read(
    tmp_path: Path, kept: str, flaw: str
) -> None:
    with pytest.raises(ConfigError) as told:
        load_config(written(tmp_path, f'{GOOD}\n[holder_check]\n[holder_check.attendants]\n17 = "{kept}"\n'), ASSETS)
    (line,) = told.value.mistakes
    assert line.startswith("kiosk.toml: holder_check.attendants.17: ")
    assert flaw in line
    assert SALT not in line
    assert KEY not in line
