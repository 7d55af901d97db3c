"""Every data file, spoilt: it is loaded, or told to be spoilt in readable lines, and never a traceback or a wait."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, redirect_stderr
from dataclasses import dataclass
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from assets import ASSETS
from drivers.code_scanner.device_file import CodeScannerFile
from drivers.device_file import DeviceFileError
from drivers.guidance_lights.device_file import GuidanceLightsFile
from drivers.id_reader.reader_file import IdReaderFile
from drivers.permit_file.permit_file import PermitFile
from drivers.permit_file.reader import load_permit_file
from drivers.permit_unit.crt_591_m import device_file as crt_file
from drivers.permit_unit.star_tcp300 import device_file as star_file
from drivers.receipt_printer import device_file as printer_file
from drivers.simulators import chip_keys
from drivers.simulators.residents import DEFAULT as RESIDENTS
from drivers.simulators.residents import load_residents
from kiosk.central.grants import GrantKeyFileError, load_grant_keys
from kiosk.config.settings import ConfigError, load_config
from kiosk.policy.region_file import RegionFileError, load_region
from kiosk.reference_central.authority import GRANT_KEYS, GRANT_PUBLIC_KEYS, make_authority
from kiosk.reference_central.hsm import KeyFileError, SoftwareHsm
from kiosk.texts.translation import LocaleFileError, Translation
from kiosk.voice.grammar import Grammar, GrammarError
from screens.shell.screen_file import ScreenFileError, load_screen_file
from tests.lobby.production_site import GOOD
from tests.torture.fuzz.promises import hold

FILES = 10_000  # at scale 1
IN_ONE_GO = 500
SLOWEST_S = 2.0  # of our own work: how long the machine did other things says nothing
LONGEST_MISTAKE = 600
MOST_MISTAKES = 2000
TODAY = date(2026, 11, 22)

CONFIGURATION = f'languages = ["zh-Hans", "en"]\nwriting_usually_s = 25\n{GOOD}'


@dataclass(frozen=True)
class Kind:
    """One kind of data file: how it is loaded, its own error, and files to begin with."""

    load: Callable[[Path], object]
    error: type[Exception]
    good: tuple[str, ...]


def _texts(pattern: str) -> tuple[str, ...]:
    return tuple(path.read_text(encoding="utf-8") for path in sorted(ASSETS.glob(pattern)))


def _permit(path: Path) -> object:
    permit: PermitFile = load_permit_file(path)
    places = permit.places()
    hold(len(permit.rewritable) <= len(permit.fields), "a permit rewrites fields that it has")
    hold(all(length > 0 for _, length in places), "every place of a permit has a length")
    return permit


def _locale(path: Path) -> object:
    translation = Translation.load(path.parent, path.stem)
    for day in (None, TODAY):
        hold(isinstance(translation.date(day), str), "a date has words")
    return translation


def _grammar(path: Path) -> object:
    grammar = Grammar.load(path)
    for number in (0, 7, 10, 12, 105, 1999, 9999):
        clips = grammar.number(number)
        hold(clips is None or all(clip.text == grammar.words[clip.key[5:]] for clip in clips), "a number is in words")
    grammar.date(TODAY)
    return grammar


def _keys() -> tuple[str, str, str]:
    with tempfile.TemporaryDirectory() as name:
        make_authority(Path(name))
        public = (Path(name) / GRANT_PUBLIC_KEYS).read_text(encoding="utf-8")
        private = (Path(name) / GRANT_KEYS).read_text(encoding="utf-8")
    return public, private, chip_keys.TEST_KEYS.read_text(encoding="utf-8")


PUBLIC, PRIVATE, CHIP_KEYS = _keys()
KINDS: dict[str, Kind] = {
    "region": Kind(load_region, RegionFileError, _texts("regions/*.toml")),
    "permit": Kind(_permit, DeviceFileError, _texts("permits/*.toml")),
    "star": Kind(star_file.load_device_file, DeviceFileError, _texts("devices/star-tcp300.toml")),
    "crt": Kind(crt_file.load_device_file, DeviceFileError, _texts("devices/crt-591-m.toml")),
    "id_reader": Kind(IdReaderFile.load, DeviceFileError, _texts("devices/gat467.toml")),
    "printer": Kind(printer_file.load, DeviceFileError, _texts("devices/escpos-*.toml")),
    "scanner": Kind(
        lambda path: CodeScannerFile.load(path).decoder(), DeviceFileError, _texts("devices/code-scanner-*.toml")
    ),
    "lights": Kind(GuidanceLightsFile.load, DeviceFileError, _texts("devices/modbus-relay-8.toml")),
    "screen": Kind(load_screen_file, ScreenFileError, _texts("screens/*.toml")),
    "locale": Kind(_locale, LocaleFileError, _texts("locale/*.toml")),
    "grammar": Kind(_grammar, GrammarError, _texts("voice/*.toml")),
    "configuration": Kind(lambda path: load_config(path, ASSETS), ConfigError, (CONFIGURATION,)),
    "residents": Kind(
        lambda path: load_residents(path, TODAY), DeviceFileError, (RESIDENTS.read_text(encoding="utf-8"),)
    ),
    "grant_keys": Kind(load_grant_keys, GrantKeyFileError, (PUBLIC,)),
    "signing_keys": Kind(SoftwareHsm.from_files, KeyFileError, (PRIVATE + CHIP_KEYS,)),
    "chip_keys": Kind(chip_keys.load_test_keys, DeviceFileError, (CHIP_KEYS,)),
}

VALUES = (
    "0",
    "-1",
    "99999999999999999999",
    "1" * 5000,
    "1e400",
    "nan",
    "-inf",
    '""',
    '"x"',
    "[]",
    "[[]]",
    "{}",
    "true",
    "2026-02-30",
    "0001-01-01",
    "9999-12-31",
    '"9999-12-31"',
    '"2026-02-30"',
    "07:32:00",
    "1979-05-27T07:32:00Z",
    '"\\u0000"',
    '"{"',
    '"{x!r:>99}"',
    '"{0.__class__}"',
    '"}"',
    '"%s"',
    "[" * 3000,
    "{a=" * 3000,
    '"' + "林" * 5000 + '"',
    '["a", 1]',
    "[1, 2]",
    '[""]',
    "{a = 1}",
    "0x7FFF",
    "'../../etc/passwd'",
    '"(((((((("',
    '"[a-"',
    '"y"',
    '"999999y"',
    "1.5",
    "[{}]",
)
STRAYS = (
    "\0",
    "\ufeff",
    "\u2028",
    "=",
    "[[",
    "]",
    '"""',
    "'''",
    "\r",
    "#",
    "\\",
    "林",
    "[a.b.c]\n",
    "x = 1\n",
    "[[a]]\n",
)
CHANGES = ("value", "value", "value", "drop", "twice", "swap", "cut", "stray", "rename", "flip")
changes = st.lists(
    st.tuples(st.sampled_from(CHANGES), st.integers(0, 100_000), st.integers(0, 100_000)),
    min_size=1,
    max_size=3,
)


def spoil(text: str, spoilt: list[tuple[str, int, int]]) -> bytes:
    """A data file's text with each change made at its place."""
    lines = text.splitlines(keepends=True)
    assigned = [number for number, line in enumerate(lines) if " = " in line] or [0]
    for change, place, choice in spoilt:
        at = place % len(lines)
        pick = assigned[place % len(assigned)] % len(lines)
        match change:
            case "value":
                lines[pick] = lines[pick].partition(" = ")[0] + " = " + VALUES[choice % len(VALUES)] + "\n"
            case "rename":
                lines[pick] = "x" + lines[pick]
            case "drop":
                lines[at : at + 1 + choice % 3] = ["\n"]
            case "twice":
                lines.insert(at, lines[choice % len(lines)])
            case "swap":
                other = choice % len(lines)
                lines[at], lines[other] = lines[other], lines[at]
            case "cut":
                lines = lines[: at + 1]
            case "stray":
                column = choice % (len(lines[at]) + 1)
                lines[at] = lines[at][:column] + STRAYS[choice % len(STRAYS)] + lines[at][column:]
            case _:
                raw = bytearray("".join(lines).encode())
                raw[place % len(raw)] ^= 1 << choice % 8
                return bytes(raw)
    return "".join(lines).encode()


def spoil_files(files: int, begin: int) -> dict[str, tuple[int, int]]:
    """Try so many spoilt files; loaded and refused by kind. Raises `PromiseBroken`."""
    told: dict[str, tuple[int, int]] = dict.fromkeys(KINDS, (0, 0))
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stack.enter_context(redirect_stderr(StringIO()))
        for name in ("ca.pem", "kiosk.pem", "kiosk.key", "grant_keys.toml"):
            (directory / name).touch()
        for done in range(0, files, IN_ONE_GO):

            @seed(begin + done)
            @settings(
                max_examples=min(IN_ONE_GO, files - done),
                database=None,
                deadline=None,
                phases=[Phase.generate, Phase.shrink],
                suppress_health_check=list(HealthCheck),
            )
            @given(st.sampled_from(sorted(KINDS)), st.integers(0, 10), changes)
            def attempt(name: str, which: int, spoilt: list[tuple[str, int, int]]) -> None:
                kind = KINDS[name]
                loaded = check_file(kind, directory / "spoilt.toml", spoil(kind.good[which % len(kind.good)], spoilt))
                good, bad = told[name]
                told[name] = (good + loaded, bad + (not loaded))

            attempt()
    return told


def check_file(kind: Kind, path: Path, content: bytes) -> bool:
    """Whether it was loaded. Raises `PromiseBroken` where its mistakes cannot be read, or took too long."""
    path.write_bytes(content)
    began = time.thread_time()
    try:
        kind.load(path)
    except kind.error as error:
        mistakes: Any = getattr(error, "mistakes", None)
        hold(isinstance(mistakes, list) and 0 < len(mistakes) <= MOST_MISTAKES, "a spoilt file has a list of mistakes")
        for mistake in mistakes:
            hold(isinstance(mistake, str) and 0 < len(mistake) <= LONGEST_MISTAKE, "a mistake is a line of its own")
            hold(path.name in mistake, "a mistake names its file")
            hold(mistake.isprintable(), "a mistake can be shown")
        return False
    finally:
        hold(time.thread_time() - began < SLOWEST_S, "a file is judged with little work")
    return True
