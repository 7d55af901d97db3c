"""python -m kiosk faults: the fault catalogue, to look a code up."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assets import ASSETS
from drivers.standard_streams import json_text
from kiosk.data_files.reader import read_toml
from kiosk.domain.faults import ACTORS, CATALOGUE, Fault
from kiosk.policy.region_file import RegionFileError, load_region
from kiosk.presentation.resident.outcome_page import UNREADABLE_PERMIT
from kiosk.texts.words import LocalText

LOCALES = ASSETS / "locale"

_MEANS = {
    "visit": "this visit ends; the next one may go well",
    "degraded": "visits go on with less",
    "out_of_service": "no permit is taken in until somebody acted",
}


def register(commands: argparse._SubParsersAction[Any]) -> None:
    """Add `faults` to the command line."""
    parser = commands.add_parser("faults", help="every fault: code, meaning, what residents read, what to do")
    parser.add_argument("code", nargs="*", help="only these codes, or codes that begin so")
    parser.add_argument("--language", metavar="TAG", help="residents' texts in this language only (zh-Hans, en)")
    parser.add_argument("--region", type=Path, metavar="FILE", help="a region file, to add its texts for technicians")
    parser.add_argument("--json", action="store_true", help="as JSON, one object a fault")
    parser.set_defaults(run=print_faults)


def print_faults(args: argparse.Namespace) -> int:
    """Print the catalogue by code. Returns 0; 2 for an unknown language or code, or a region file with mistakes."""
    public = public_texts()
    if args.language is not None and args.language not in public:
        print(f"there are no texts in {args.language!r}; there are {', '.join(public)}")
        return 2
    languages = tuple(public) if args.language is None else (args.language,)
    chosen = [fault for code, fault in sorted(CATALOGUE.items()) if _is_asked_for(code, args.code)]
    if not chosen:
        print("there is no such code; a code has four digits")
        return 2
    try:
        told = _told_by_region(args.region)
    except RegionFileError as error:
        print("\n".join(error.mistakes))
        return 2
    entries = [
        _entry(fault, {language: public[language][fault.public] for language in languages})
        | (
            {"region": {language: told.in_language(language) for language in languages}}
            if told is not None and fault.name in UNREADABLE_PERMIT
            else {}
        )
        for fault in chosen
    ]
    if args.json:
        print(json_text(entries, indent=2))
    else:
        print("\n\n".join("\n".join(_lines(entry)) for entry in entries))
    return 0


def _told_by_region(path: Path | None) -> LocalText | None:
    """The region's text for technicians about a permit that cannot be read. Raises `RegionFileError`."""
    return None if path is None else load_region(path).texts.get("texts.technician_unreadable_permit")


def public_texts() -> dict[str, dict[str, str]]:
    """The residents' text of each kind of fault, by language."""
    texts = {}
    for path in sorted(LOCALES.glob("*.toml"), reverse=True):
        table = read_toml(path)["fault"]
        texts[path.stem] = {kind: str(entry["public"]) for kind, entry in table.items()}
    return texts


def _is_asked_for(code: str, wanted: list[str]) -> bool:
    return not wanted or any(code.startswith(beginning) for beginning in wanted)


def _entry(fault: Fault, public: dict[str, str]) -> dict[str, Any]:
    return {
        "code": fault.code,
        "name": fault.name,
        "part": fault.part.name.lower(),
        "who_acts": ACTORS[fault.code[1]],
        "severity": fault.severity.value,
        "public": public,
        "remedy": fault.remedy,
    }


def _lines(entry: dict[str, Any]) -> Iterator[str]:
    yield f"{entry['code']} {entry['name']}: {_MEANS[entry['severity']]}"
    yield f"  part: {entry['part']}; kind: {entry['who_acts']}"
    for language, text in entry["public"].items():
        yield f"  {language}: {text}"
    yield f"  remedy: {entry['remedy']}"
    for language, text in entry.get("region", {}).items():
        yield f"  region, {language}: {text}"
