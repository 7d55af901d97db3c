"""Numbers and names as other systems spell them, at central's own border: the body of a request, the database."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from alembic import command
from sqlalchemy import text

from kiosk.central import contract
from kiosk.domain.identity_number import check_character
from kiosk.reference_central.database import Database, alembic_config
from kiosk.reference_central.server import ReferenceCentral
from tests.lobby.central_rig import (
    REGIONS,
    Kiosk,
    MovableClock,
    Resident,
    application,
    client_of,
    content,
    request,
    resident,
    settings,
)

FIRST = next(first for first in (f"34139919880314{at:03d}" for at in range(1000)) if check_character(first) == "X")
NUMBER = FIRST + "X"
HAIKOU = "460100"  # where a person reviews
SPELLINGS = [NUMBER.lower(), f" {NUMBER} ", "".join(chr(ord(each) + 0xFEE0) for each in NUMBER.lower())]


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("central")


@pytest.fixture(scope="module")
def central(directory: Path) -> Iterator[ReferenceCentral]:
    with ReferenceCentral(settings(directory, MovableClock(), regions=(REGIONS,))) as running:
        yield running


def posted(central: ReferenceCentral, directory: Path, call: str, body: dict[str, Any]) -> dict[str, Any]:
    """A call as another kiosk's software might make it: JSON by hand, over TLS."""
    context = ssl.create_default_context(cafile=str(directory / "ca.pem"))
    context.load_cert_chain(directory / "kiosk.pem", directory / "kiosk.key")
    with httpx.Client(verify=context, base_url=central.url) as client:
        key = str(body.get("endorsement_id") or body.get("application_id") or uuid4())
        answer = client.post(call, json=body, headers={"Idempotency-Key": key})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def known(central: ReferenceCentral) -> Resident:
    who = resident(holder={"name": "阿依古丽·买买提", "id_number": NUMBER})
    central.seed([who.record])
    return who


def applicant(central: ReferenceCentral) -> Resident:
    """Somebody whom no other test knows."""
    number = resident().record.holder.id_number
    who = resident(region=HAIKOU, holder={"name": "阿依古丽·买买提", "id_number": number})
    central.seed([who.record])
    return who


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_request_in_another_spelling_is_granted_and_the_grant_is_in_the_canonical_one(
    central: ReferenceCentral, directory: Path, spelling: str
) -> None:
    who = known(central)
    body = request(who).model_dump(mode="json")
    body["holder"] = {"name": "阿依古丽.买买提", "id_number": spelling}
    body["permit"]["holder_number"] = spelling
    body["permit"]["holder_name"] = "阿依古丽 • 买买提"
    body["permit"]["permit_number"] = f"{who.facts.permit_number} "
    answer = contract.Granted.model_validate(posted(central, directory, "/v1/endorsements", body))
    granted = central.permit(who.record.permit_number)
    assert granted is not None
    assert (granted.holder_number, answer.state) == (NUMBER, "granted")


@pytest.mark.parametrize("with_permit", [False, True], ids=["by card alone", "by card and permit"])
@pytest.mark.parametrize("dot", ["·", "・", ".", " • "])
def test_an_application_is_found_by_any_spelling(
    central: ReferenceCentral, directory: Path, dot: str, with_permit: bool
) -> None:
    who = applicant(central)
    received = posted(central, directory, "/v1/applications", application(who).model_dump(mode="json"))
    assert received["state"] == "received"
    body = {
        "holder": {"name": f"阿依古丽{dot}买买提", "id_number": f" {who.record.holder.id_number}"},
        "permit": who.facts.model_dump(mode="json") if with_permit else None,
    }
    found = posted(central, directory, "/v1/applications/search", body)["applications"]
    assert [each["application_id"] for each in found] == [received["application_id"]]


def test_an_application_is_not_found_by_another_name(central: ReferenceCentral, directory: Path) -> None:
    who = applicant(central)
    posted(central, directory, "/v1/applications", application(who).model_dump(mode="json"))
    body = {"holder": {"name": "阿依古丽买买提", "id_number": who.record.holder.id_number}, "permit": None}
    assert posted(central, directory, "/v1/applications/search", body) == {"applications": []}


SAME = [
    ("上海市\ue81e路1号", "上海市\u9fb4路1号"),
    ("上海市\u9fb4路1号", "上海市\ue81e路1号"),
    ("上海市隆路1号", "上海市\uf9dc路1号"),
    ("上海市示范路1号", "上海市示范路１号"),
]


@pytest.mark.parametrize("permit", ["reference", "ssse"])
@pytest.mark.parametrize(("on_record", "on_chip"), SAME)
def test_an_address_that_other_software_wrote_otherwise_is_the_one_on_record(
    central: ReferenceCentral, directory: Path, on_record: str, on_chip: str, permit: str
) -> None:
    who = resident(
        content().model_copy(update={"address": on_record}),
        content().model_copy(update={"address": on_chip}),
        permit_file=permit,
    )
    central.seed([who.record])
    chip = who.chip()
    with client_of(central, directory) as client:
        kiosk = Kiosk(client, directory, MovableClock())
        granted = kiosk.granted(who)
        assert kiosk.write(who, granted.endorsement_id, chip).verdict == "written"
    record = central.permit(who.record.permit_number)
    assert record is not None
    assert (record.address, record.endorsement_count) == (on_record, 3)


def test_another_address_on_the_chip_is_a_mismatch(central: ReferenceCentral, directory: Path) -> None:
    who = resident(on_chip=content().model_copy(update={"address": "上海市示范路2号"}))
    central.seed([who.record])
    with client_of(central, directory) as client:
        answer = Kiosk(client, directory, MovableClock()).request(who)
    assert isinstance(answer, contract.Refused)
    assert answer.code == "record_mismatch"


def test_a_database_that_an_earlier_version_filled_is_brought_to_the_canonical_spelling(empty_url: str) -> None:
    old = Database(empty_url)
    small, permit = NUMBER.lower(), "31000020190001001x"
    with old.engine.begin() as connection:
        command.upgrade(alembic_config(connection), "0006")
        for statement in (
            f"INSERT INTO residents VALUES ('{small}', '林玉珍', '2026-11-22 02:00:00')",
            f"INSERT INTO residents VALUES ('{NUMBER}', '林玉珍', '2026-11-23 02:00:00')",
            "INSERT INTO residents VALUES ('341399198803140028', '赵明远', '2026-11-23 02:00:00')",
        ):
            connection.execute(text(statement))
        connection.execute(
            text(
                "INSERT INTO permits (permit_number, chip_serial, holder_number, permit_file, region, address,"
                " issuing_authority, category, endorsement_count, status, face_pending, updated_at) VALUES (:permit,"
                " '8600310000000001', :small, 'reference', '310000', '', '', 'standard', 2, 'valid', false,"
                " '2026-11-22 02:00:00')"
            ),
            {"permit": permit, "small": small},
        )
        connection.execute(
            text(
                "INSERT INTO evidence_records (holder_number, key, result, agent_number)"
                " VALUES ('341399198803140028', 'guardianship', 'verified', :small)"
            ),
            {"small": small},
        )
    old.migrate()
    with old.reading() as session:
        numbers = session.scalars(text("SELECT id_number FROM residents")).all()
        assert sorted(numbers) == [NUMBER, "341399198803140028"]
        assert session.execute(text("SELECT permit_number, holder_number FROM permits")).all() == [
            (permit.upper(), NUMBER)
        ]
        assert session.execute(text("SELECT agent_number FROM evidence_records")).all() == [(NUMBER,)]
    old.close()


def test_the_same_record_in_two_spellings_is_one_record(central: ReferenceCentral) -> None:
    who = resident(content(valid_to=date(2026, 12, 1)), holder={"name": "林玉珍", "id_number": NUMBER})
    again = who.record.model_dump(mode="json")
    again["holder"]["id_number"] = NUMBER.lower()
    central.seed([who.record])
    central.seed([type(who.record).model_validate(again)])
    stored = central.permit(who.record.permit_number)
    assert stored is not None
    assert stored.holder_number == NUMBER
