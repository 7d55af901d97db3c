"""Test permits for `central check`, as the file of the check tells them and as either central has them on record."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from drivers.permit_file.reader import load_permit_file
from drivers.simulators.chip_keys import TEST_KEYS, load_test_keys
from drivers.simulators.virtual_chip import VirtualChip
from kiosk.central.check.chips import simulated_chip, virtual_chip
from kiosk.central.check.data_file import CheckData
from kiosk.central.check.findings import Finding, Outcome, Report
from kiosk.central.check.run import Target
from kiosk.central.check.wire import Identity
from kiosk.central.grants import load_grant_keys
from kiosk.data_files.central_address import parse_central_address
from kiosk.domain.clock import SHANGHAI
from kiosk.reference_central.authority import GRANT_KEYS, GRANT_PUBLIC_KEYS, issue_client, make_authority
from kiosk.reference_central.residents import ResidentImport
from tests.lobby.central_rig import PERMITS
from tests.second_central.records import Permit
from tests.second_central.server import SecondCentral

KIOSK, OTHER, REVOKED = "kiosk", "kiosk-2", "kiosk-3"
SIGNING_KEY = "test-ed25519"


@dataclass(frozen=True)
class Case:
    """One table of the check's file, and what central's record has beside it."""

    table: dict[str, Any]
    record: dict[str, Any]


def cases(collection: str | None) -> dict[str, Case]:
    """A test permit for each table. `collection`: a way that this central lets be chosen while an application waits."""
    renewable, lost, rewritten, proven, applied = (_permit(number) for number in range(1, 6))
    applied["permit"]["region"] = "460100"  # Haikou, where a person reviews
    behind = rewritten["permit"]["content"]
    decided = {**behind, **_term(1), "endorsement_count": behind["endorsement_count"] + 1}
    return {
        "endorsement": Case(renewable, {}),
        "refusal": Case({**lost, "code": "reported_lost", "retain": True}, {"status": "reported_lost"}),
        "pending_rewrite": Case({**rewritten, "kind": "rewrite"}, {"content": decided}),
        "evidence": Case({**proven, "key": "title_deed", "licence_code": "LICENCE-1", "result": "verified"}, {}),
        "application": Case({**applied, "collection": collection}, {}),
    }


def _permit(number: int) -> dict[str, Any]:
    person = f"34139919880314{number:03d}X"
    name = "林玉珍"
    return {
        "holder": {"name": name, "id_number": person},
        "permit": {
            "permit_file": "reference",
            "chip_serial": f"86003100{number:08d}",
            "region": "310000",
            "permit_number": f"3100002019{number:08d}",
            "holder_number": person,
            "holder_name": name,
            "issued_on": "2023-12-04",
            "content": {
                "address": "上海市浦东新区示范路88弄6号402室",
                "issuing_authority": "上海市公安局浦东分局",
                "category": "standard",
                **_term(0),
                "endorsement_count": 2,
            },
        },
    }


def _term(years: int) -> dict[str, str]:
    """A term of a year that ends in twelve days, or so many years later."""
    end = datetime.now(SHANGHAI).date() + timedelta(days=12)
    ends = [_years_later(end, years - 1), _years_later(end, years)]
    return {"valid_from": ends[0].isoformat(), "valid_to": ends[1].isoformat()}


def _years_later(day: date, years: int) -> date:
    return day.replace(year=day.year + years, day=min(day.day, 28))


def residents(all_cases: dict[str, Case]) -> list[ResidentImport]:
    """What the reference central is to know."""
    return [
        ResidentImport.model_validate(
            {
                "holder": case.table["holder"],
                **{
                    name: case.table["permit"][name]
                    for name in ("permit_number", "chip_serial", "permit_file", "region", "issued_on", "content")
                },
                "evidence": [{"key": "title_deed", "licence_code": "LICENCE-1"}],
                **case.record,
            }
        )
        for case in all_cases.values()
    ]


def permits(all_cases: dict[str, Case]) -> list[Permit]:
    """What the second central is to know."""
    return [
        Permit(
            **{
                "holder": case.table["holder"],
                **{
                    name: case.table["permit"][name]
                    for name in ("permit_number", "chip_serial", "permit_file", "region", "content")
                },
                "reviewed": ("endorse",) if case.table["permit"]["region"] == "460100" else (),
                "proofs": ({"key": "title_deed", "licence_code": "LICENCE-1", "result": "verified"},),
                **case.record,
            }
        )
        for case in all_cases.values()
    ]


def authority(directory: Path) -> None:
    """Certificates of a kiosk, of a second one and of one that is to be revoked, and keys for grants."""
    make_authority(directory, KIOSK)
    issue_client(directory, OTHER)
    issue_client(directory, REVOKED)


def second_central(directory: Path, mistakes: tuple[str, ...] = ()) -> SecondCentral:
    """Not yet started; it knows two kiosks and nobody's permit."""
    keys = tomllib.loads((directory / GRANT_KEYS).read_text(encoding="utf-8"))
    private = bytes.fromhex(keys["grants"]["keys"][SIGNING_KEY]["private"])
    return SecondCentral(
        directory, private, SIGNING_KEY, load_test_keys().tdes, kiosks=(KIOSK, OTHER, REVOKED), mistakes=mistakes
    )


def target(url: str, directory: Path, all_cases: dict[str, Case]) -> Target:
    """Everything that a check can be given, with the permit's chip in this process."""
    data = CheckData.model_validate_json(json.dumps({name: case.table for name, case in all_cases.items()}))
    assert data.endorsement is not None
    layouts = [load_permit_file(path) for path in sorted(PERMITS.glob("*.toml"))]
    chip = simulated_chip(data.endorsement, layouts, TEST_KEYS)
    return Target(
        url=url,
        address=parse_central_address(url),
        ca=directory / "ca.pem",
        kiosk=identity(directory, KIOSK),
        other=identity(directory, OTHER),
        revoked=identity(directory, REVOKED),
        grant_keys=load_grant_keys(directory / GRANT_PUBLIC_KEYS),
        data=data,
        chip=chip,
    )


def chip_of(whole: Target) -> VirtualChip:
    """The chip of the permit that is to be endorsed, to be laid on a reader."""
    assert whole.data.endorsement is not None
    return virtual_chip(whole.data.endorsement, [load_permit_file(PERMITS / "reference.toml")], TEST_KEYS)


def identity(directory: Path, name: str) -> Identity:
    return Identity(directory / f"{name}.pem", directory / f"{name}.key")


def of(report: Report, outcome: Outcome) -> dict[str, str]:
    """Names and details of the findings with this outcome."""
    return {each.name: each.detail for each in report.findings if each.outcome is outcome}


def finding(report: Report, name: str) -> Finding:
    return next(each for each in report.findings if each.name == name)
