"""Checks of the data files: region, permits, screen, keys; fonts and texts. Device files: `device_checks`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from fontTools.ttLib import TTLibError

from drivers.permit_file.reader import load_permit_file
from drivers.typeface import Typeface
from kiosk.central.grants import load_grant_keys
from kiosk.config.settings import Config
from kiosk.data_files.reader import DataFileError
from kiosk.diagnostics.finding import Finding, Findings, failed, ok, warning
from kiosk.domain.clock import Clock, today
from kiosk.domain.faults import CATALOGUE, CONFIGURATION, INSTALLATION, REGION_FILE, Fault
from kiosk.policy.holiday_years import in_words, missing_years
from kiosk.policy.region_file import load_region
from kiosk.texts.translation import texts_of
from kiosk.texts.words import SOURCE_LANGUAGE
from screens.shell.screen_file import load_screen_file

DIGEST_DIGITS = 12  # of a SHA-256: enough to tell two files apart by telephone
MOST_NAMED = 5


def region_file(config: Config, clock: Clock) -> Findings:
    """Check that the region file can be used, and that it has the holidays that are needed soon."""
    path = config.files.region
    mistakes = _mistakes(path, load_region, REGION_FILE)
    if mistakes:
        return mistakes
    region = load_region(path)
    identity = f"{region.code}, {path.name}, SHA-256 {_digest(path)}"
    missing = [warning(f"{path.name}: {in_words(year)}") for year in missing_years(region, today(clock))]
    return [ok(identity, region_file=identity), *missing]


def permit_files(config: Config, _: Clock) -> Findings:
    mistakes: list[Finding] = []
    for path in config.files.permits:
        mistakes += _mistakes(path, load_permit_file)
    return mistakes or [ok(", ".join(path.name for path in config.files.permits))]


def screen_file(config: Config, _: Clock) -> Findings:
    return checked(config.files.screen, lambda path: load_screen_file(path, fullscreen=config.fullscreen))


def grant_keys(config: Config, _: Clock) -> Findings:
    return checked(config.central.grant_keys, load_grant_keys)


def fonts(config: Config, _: Clock) -> Findings:
    """Check that every character of all shipped texts, the region's file and the kiosk's name is in some font."""
    characters = _characters_of(_all_texts(config.assets_dir / "locale"))
    written_here = {
        "kiosk_name": config.kiosk_name,
        config.files.region.name: config.files.region.read_text("utf-8", errors="ignore")
        if config.files.region.is_file()
        else "",
    }
    for weight in ("Regular", "Bold"):
        try:
            typeface = Typeface.load(config.assets_dir / "fonts", weight)
        except (OSError, TTLibError) as error:
            return [failed(str(error), INSTALLATION)]
        if missing := typeface.missing(characters):
            return [failed(f"no {weight} font has {missing[:MOST_NAMED]!r}", INSTALLATION)]
        found = [
            failed(f"{where}: no {weight} font has {missing[:MOST_NAMED]!a}; receipts show 〓 instead", CONFIGURATION)
            for where, text in written_here.items()
            if (missing := typeface.missing(_characters_of(text)))
        ]
        if found:
            return found
    return [ok(f"{len(characters)} different characters of the texts can be drawn")]


def locale(config: Config, _: Clock) -> Findings:
    """Check that every language has all texts of the source language, and every fault has a text for residents."""
    folder = config.assets_dir / "locale"
    wanted = {f"fault.{fault.public}.public" for fault in CATALOGUE.values()}
    findings: list[Finding] = []
    for language in dict.fromkeys((SOURCE_LANGUAGE, *config.languages)):
        path = folder / f"{language}.toml"
        try:
            keys = set(texts_of(path))
        except DataFileError as error:
            findings += [failed(mistake, INSTALLATION) for mistake in error.mistakes]
        else:
            wanted |= {key for key in keys if language == SOURCE_LANGUAGE}
            if missing := sorted(wanted - keys):
                named = ", ".join(missing[:MOST_NAMED])
                findings.append(failed(f"{path.name}: {len(missing)} texts are missing: {named}", INSTALLATION))
    return findings or [ok(f"{', '.join(config.languages)}: {len(wanted)} texts each")]


def checked(path: Path, load: Callable[[Path], object]) -> Findings:
    """A finding with the file's name, or one failure for each of its mistakes."""
    return _mistakes(path, load) or [ok(path.name)]


def _mistakes(path: Path, load: Callable[[Path], object], fault: Fault = CONFIGURATION) -> list[Finding]:
    """One failure for each mistake in the file. Every kind of data file has its own ValueError with `mistakes`."""
    try:
        load(path)
    except OSError as error:
        return [failed(f"{path.name}: cannot be read: {error.strerror}", fault)]
    except ValueError as error:
        lines: list[str] = getattr(error, "mistakes", [f"{path.name}: {error}"])
        return [failed(line, fault) for line in lines]
    return []


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:DIGEST_DIGITS]


def _characters_of(text: str) -> str:
    """The different characters of `text`, but for blanks and line feeds."""
    return "".join(sorted({character for character in text if character not in " \n\r\t\u3000"}))


def _all_texts(folder: Path) -> str:
    return "".join(path.read_text("utf-8", errors="ignore") for path in sorted(folder.glob("*.toml")))
