"""A kiosk sends only what the contract takes: what does not fit is found where it is read, and ends no worker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from drivers.permit_chip.chip import PermitChip
from drivers.permit_file.reader import load_permit_file
from drivers.simulators.virtual_chip import VirtualChip
from kiosk.central import contract
from kiosk.domain.documents import Permit, PermitContent
from kiosk.domain.identity_number import IdentityNumber, PermitNumber
from kiosk.domain.personal import Personal
from kiosk.journal.content_hash import content_hash_by
from kiosk.runtime.workers import Worker
from kiosk.services.central.messages import facts_of, is_licence_code, untold_of
from kiosk.services.central.outbox import message_of
from kiosk.services.chip import ChipService
from kiosk.services.pcscd_restart import PcscdRestart
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from tests.fakes.chip_coupler import ChipInHand
from tests.lobby.central_rig import PERMITS, content, resident
from tests.unit.workflow.machine_samples import SITES
from tests.unit.workflow.machine_walk import walk

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
PERMIT = Permit(
    permit_file="reference",
    atr=b"\x3b\x00",
    chip_serial="8600310000000001",
    region="310000",
    permit_number=Personal(PermitNumber("310000201900000001")),
    holder_name=Personal("林玉珍"),
    holder_number=Personal(IdentityNumber("341399198803140021")),
    issued_on=date(2023, 12, 4),
    content=PermitContent(
        address=Personal("上海市浦东新区示范路88弄6号402室"),
        issuing_authority="上海市公安局浦东分局",
        category="standard",
        valid_from=date(2025, 12, 4),
        valid_to=date(2026, 12, 4),
        endorsement_count=2,
    ),
)

UNTOLD = [
    ({"holder_name": Personal("林" * 61)}, {}, "holder_name"),
    ({"holder_name": Personal("林\u2028玉珍")}, {}, "holder_name"),
    ({"holder_name": Personal("\ud800")}, {}, "holder_name"),
    ({"permit_number": Personal("1" * 19)}, {}, "permit_number"),
    ({"region": "31000"}, {}, "region"),
    ({"issued_on": date(1, 1, 1)}, {}, "issued_on"),
    ({}, {"address": Personal("路" * 81)}, "address"),
    ({}, {"address": Personal("a\u2029b")}, "address"),
    ({}, {"address": Personal("\u202e上海市")}, "address"),
    ({}, {"address": Personal("上海市\ufffd")}, "address"),
    ({}, {"issuing_authority": "局\u0000"}, "issuing_authority"),
    ({}, {"valid_to": date(9999, 12, 31)}, "valid_to"),
    ({}, {"endorsement_count": 65536}, "endorsement_count"),
]


@pytest.mark.parametrize(("permit", "inside", "field"), UNTOLD)
def test_a_permit_that_does_not_fit_is_known_by_the_field_and_not_by_its_value(
    permit: dict[str, Any], inside: dict[str, Any], field: str
) -> None:
    assert untold_of(PERMIT) is None
    assert facts_of(PERMIT).content.category == "standard"
    assert untold_of(replace(PERMIT, **permit, content=replace(PERMIT.content, **inside))) == field


@pytest.mark.parametrize("last_day", [date(1, 1, 1), date(9999, 12, 31), date(9000, 1, 1)])
def test_a_permit_with_a_day_that_central_cannot_be_told_is_refused_by_a_text_of_its_own(
    last_day: date, caplog: pytest.LogCaptureFixture
) -> None:
    assert reading(content().model_copy(update={"valid_to": last_day})) == on.PermitNotRecognised("content_unusual")
    (line,) = [line for line in caplog.messages if line.startswith("device_trouble")]
    assert "valid_to is nothing that central could be told" in line
    assert str(last_day.year) not in line


def test_a_chip_with_a_line_break_of_unicode_in_its_address_is_a_permit_that_cannot_be_read() -> None:
    def break_the_line(chip: VirtualChip) -> None:
        placeholder, line_separator = "某某".encode("gb18030"), "\u2028".encode("gb18030")
        place = ("endorsement", 0)
        chip.leave_behind(place, chip.memory_at(place).index(placeholder), line_separator)

    assert isinstance(reading(content().model_copy(update={"address": "示范路某某8号"})), on.PermitRead)
    assert isinstance(
        reading(content().model_copy(update={"address": "示范路某某8号"}), break_the_line), on.DeviceFailed
    )


@pytest.mark.parametrize("odd", ["\u202e", "\ufffd", "\u2066"])
def test_a_permit_whose_address_is_no_line_of_text_is_refused_by_a_text_of_its_own(
    odd: str, caplog: pytest.LogCaptureFixture
) -> None:
    told = reading(content().model_copy(update={"address": f"示范路{odd}8号"}))
    assert told == on.PermitNotRecognised("content_unusual")
    assert "示范路" not in caplog.text


def test_a_chip_with_usual_content_is_read() -> None:
    assert isinstance(reading(content()), on.PermitRead)


def reading(on_chip: contract.PermitContent, spoil: Callable[[VirtualChip], None] = lambda _: None) -> on.Event:
    who = resident()
    chip = replace(who, on_chip=on_chip).chip()
    spoil(chip)
    coupler = ChipInHand(chip)
    layouts = [load_permit_file(Path(PERMITS) / "reference.toml")]
    told: list[on.Event] = []
    worker = Worker("permit_chip", lambda _, error: pytest.fail(str(error)))
    service = ChipService(PermitChip(coupler, layouts), coupler, content_hash_by(b""), worker, PcscdRestart(None))
    service.handlers[do.ReadChip](do.ReadChip(), told.append)
    service.close()
    worker.close()
    return told[0]


@pytest.mark.parametrize("code", ["", "x" * 201, "a\u0000b", "a\nb", "\ud800", "\u2028"])
def test_a_code_that_is_no_licence_code_is_not_taken_for_one(code: str) -> None:
    assert not is_licence_code(code)
    assert is_licence_code("ELC:310000:ZJ-7Q2M-0041-9F3A")


@pytest.mark.walk
def test_every_cancellation_and_every_report_that_the_machine_can_order_is_one_that_central_takes() -> None:
    ordered = {
        effect
        for _, _, taken in walk(SITES["of every service"]).arrows()
        for effect in taken.effects
        if isinstance(effect, do.CancelEndorsement | do.ReportCompletion)
    }
    assert {type(effect) for effect in ordered} == {do.CancelEndorsement, do.ReportCompletion}
    assert all(message_of(effect, NOW) is not None for effect in ordered)


@pytest.mark.parametrize("year", [1970, 2026, 8999])
def test_a_kiosk_whose_clock_is_wrong_can_still_say_what_happened(year: int) -> None:
    moment = datetime(year, 1, 1, tzinfo=UTC)
    assert message_of(do.CancelEndorsement(UUID(int=7), "interrupted"), moment) is not None
