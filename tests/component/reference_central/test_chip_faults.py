"""Chip sessions that go wrong: what central asks for next, and what it never asks for again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from drivers.simulators.virtual_chip import Protocol, VirtualChip
from kiosk.central import contract
from kiosk.central.client import CentralRefusedCall
from kiosk.reference_central.authority import issue_client
from kiosk.reference_central.server import ReferenceCentral
from kiosk.reference_central.tables import ChipBatchRow
from tests.lobby.central_rig import PERMITS, Kiosk, MovableClock, Resident, client_of, resident, settings

OLD, NEW = date(2026, 12, 4), date(2027, 12, 4)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("central")


@pytest.fixture(scope="module")
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture(scope="module")
def central(directory: Path, clock: MovableClock) -> Iterator[ReferenceCentral]:
    with ReferenceCentral(settings(directory, clock, in_use="sm2-sm3")) as central:
        yield central


@pytest.fixture
def kiosk(central: ReferenceCentral, directory: Path, clock: MovableClock) -> Iterator[Kiosk]:
    before = clock.now
    with client_of(central, directory) as client:
        yield Kiosk(client, directory, clock)
    clock.now = before


@pytest.fixture
def who(central: ReferenceCentral) -> Resident:
    someone = resident()
    central.seed([someone.record])
    return someone


def until_the_write(kiosk: Kiosk, who: Resident, chip: VirtualChip) -> tuple[UUID, contract.ChipSessionStep]:
    """A grant, and the batch whose first command writes."""
    answer = kiosk.granted(who)
    kiosk.verified(who, answer.grant)
    step = kiosk.begin(answer.endorsement_id, who.record.chip_serial)
    step = kiosk.tell(answer.endorsement_id, step, kiosk.relay(who, chip, step.batch))
    assert step.batch is not None
    assert step.batch.commands[0].apdu.startswith("04D6")
    return answer.endorsement_id, step


def instructions(batch: contract.ChipBatch | None) -> list[str]:
    assert batch is not None
    return [command.apdu[2:4] for command in batch.commands]


def test_the_first_batch_reads_everything_and_ends_with_a_challenge(kiosk: Kiosk, who: Resident) -> None:
    answer = kiosk.granted(who)
    step = kiosk.begin(answer.endorsement_id, who.record.chip_serial)
    assert instructions(step.batch) == ["A4", "B0", "B0", "84"]


def test_the_second_batch_writes_and_reads_back(kiosk: Kiosk, who: Resident) -> None:
    _, step = until_the_write(kiosk, who, who.chip())
    assert instructions(step.batch) == ["D6", "B0"]


def test_a_chip_without_a_fresh_challenge_gets_a_new_command_with_a_new_one(kiosk: Kiosk, who: Resident) -> None:
    chip = who.chip()
    endorsement_id, step = until_the_write(kiosk, who, chip)
    assert step.batch is not None
    first = step.batch.commands[0].apdu
    chip.command(bytes.fromhex("00B0810000"))  # something in between uses the challenge up
    step = kiosk.tell(endorsement_id, step, kiosk.relay(who, chip, step.batch))
    assert instructions(step.batch) == ["A4", "84"]
    step = kiosk.tell(endorsement_id, step, kiosk.relay(who, chip, step.batch))
    assert instructions(step.batch) == ["D6", "B0"]
    assert step.batch is not None
    assert step.batch.commands[0].apdu[:-8] == first[:-8]
    assert step.batch.commands[0].apdu[-8:] != first[-8:]
    step = kiosk.tell(endorsement_id, step, kiosk.relay(who, chip, step.batch))
    assert step.verdict == "written"
    assert chip.written_fields()["valid_to"] == NEW


@pytest.mark.parametrize("sw", ["6988", "6300", "63C2", "63C0", "6983", "9302", "9303"])
def test_a_rejected_mac_ends_the_grant_and_is_never_repeated(kiosk: Kiosk, who: Resident, sw: str) -> None:
    endorsement_id, step = until_the_write(kiosk, who, who.chip())
    step = kiosk.tell(endorsement_id, step, [contract.ChipAnswer(data="", sw=sw)])
    assert (step.verdict, step.failure, step.batch) == ("failed", "mac_rejected", None)
    assert kiosk.client.endorsement_state(endorsement_id).state == "unchanged"
    with pytest.raises(CentralRefusedCall, match="409 grant_not_live"):
        kiosk.begin(endorsement_id, who.record.chip_serial)


def test_a_chip_that_takes_the_mac_for_wrong_loses_one_try(kiosk: Kiosk, who: Resident) -> None:
    chip = who.chip()
    chip.set_fault("wrong_mac")
    answer = kiosk.granted(who)
    step = kiosk.write(who, answer.endorsement_id, chip)
    assert step.failure == "mac_rejected"
    assert chip.tries_left == 2


def test_a_memory_failure_is_read_back_before_anything_is_said(kiosk: Kiosk, who: Resident) -> None:
    chip = who.chip()
    endorsement_id, step = until_the_write(kiosk, who, chip)
    chip.set_fault("memory_failure")
    step = kiosk.tell(endorsement_id, step, kiosk.relay(who, chip, step.batch))
    assert instructions(step.batch) == ["B0"]
    step = kiosk.tell(endorsement_id, step, kiosk.relay(who, chip, step.batch))
    assert (step.verdict, step.failure) == ("failed", "write_failed")
    assert kiosk.client.endorsement_state(endorsement_id).state == "unchanged"


@pytest.mark.parametrize("single_writes", [1, 20, 100, 263])
def test_power_lost_in_the_write_is_read_back_and_written_once_more_or_found_written(
    kiosk: Kiosk, who: Resident, single_writes: int
) -> None:
    chip = who.chip()
    endorsement_id, step = until_the_write(kiosk, who, chip)
    chip.tear_after(single_writes)
    assert kiosk.relay(who, chip, step.batch) == []
    chip.power_on()
    assert chip.written_fields()["valid_to"] in (OLD, NEW)
    assert kiosk.write(who, endorsement_id, chip).verdict == "written"
    assert chip.written_fields()["valid_to"] == NEW


def test_a_write_whose_answer_was_lost_is_found_written_and_not_written_again(kiosk: Kiosk, who: Resident) -> None:
    chip = who.chip()
    endorsement_id, step = until_the_write(kiosk, who, chip)
    kiosk.relay(who, chip, step.batch)
    kiosk.batches.clear()
    assert kiosk.write(who, endorsement_id, chip).verdict == "written"
    assert [instructions(batch) for batch in kiosk.batches] == [["A4", "B0", "B0", "84"]]


def test_told_that_the_link_was_lost_central_reads_first(kiosk: Kiosk, who: Resident) -> None:
    chip = who.chip()
    endorsement_id, step = until_the_write(kiosk, who, chip)
    step = kiosk.tell(endorsement_id, step, [])
    assert instructions(step.batch) == ["A4", "B0", "B0", "84"]


def test_a_silent_chip_fails_the_session_and_leaves_the_grant(kiosk: Kiosk, who: Resident) -> None:
    chip = who.chip()
    chip.set_fault("silent")
    answer = kiosk.granted(who)
    assert kiosk.write(who, answer.endorsement_id, chip).failure == "chip_silent"
    chip.clear_faults()
    assert kiosk.write(who, answer.endorsement_id, chip).verdict == "written"


def test_a_reading_that_stops_is_not_followed_by_a_write(kiosk: Kiosk, who: Resident) -> None:
    answer = kiosk.granted(who)
    step = kiosk.begin(answer.endorsement_id, who.record.chip_serial)
    step = kiosk.tell(answer.endorsement_id, step, [contract.ChipAnswer(data="", sw="6A82")])
    assert (step.verdict, step.failure) == ("failed", "unexpected_answer")


def test_a_batch_that_a_kiosks_relay_refuses_ends_the_grant_and_is_kept_with_its_rule(
    central: ReferenceCentral, kiosk: Kiosk, who: Resident
) -> None:
    answer = kiosk.granted(who)
    step = kiosk.begin(answer.endorsement_id, who.record.chip_serial)
    assert step.batch is not None
    refused = contract.RelayRefusal(index=0, reason="select")
    body = contract.ChipBatchAnswers(batch=step.batch.number, answers=(), refused=refused)
    key = str(uuid4())
    for _ in range(2):  # told twice, the same
        told = kiosk.client.report_chip_answers(answer.endorsement_id, step.session_id, body, key=key, sequence=None)
        assert (told.batch, told.verdict, told.failure) == (None, "failed", "relay_refused")
    with central.database.reading() as session:
        row = session.get(ChipBatchRow, (step.session_id, step.batch.number))
        assert row is not None
        assert row.relay_refusal == "select"
    assert kiosk.client.endorsement_state(answer.endorsement_id).state == "unchanged"


def test_another_chip_under_the_same_grant_is_not_written(
    central: ReferenceCentral, kiosk: Kiosk, who: Resident
) -> None:
    other = resident()
    answer = kiosk.granted(who)
    chip = other.chip()
    step = kiosk.write(who, answer.endorsement_id, chip)
    assert (step.verdict, step.failure) == ("failed", "chip_mismatch")
    assert chip.written_fields()["valid_to"] == OLD


def test_a_chip_that_changed_since_the_grant_is_not_written(kiosk: Kiosk, who: Resident) -> None:
    answer = kiosk.granted(who)
    changed = Resident(who.record, who.on_chip.model_copy(update={"address": "别处"}))
    step = kiosk.write(who, answer.endorsement_id, changed.chip())
    assert (step.verdict, step.failure) == ("failed", "content_mismatch")


def test_a_session_for_another_serial_is_refused(kiosk: Kiosk, who: Resident) -> None:
    answer = kiosk.granted(who)
    with pytest.raises(CentralRefusedCall, match="409 chip_mismatch"):
        kiosk.begin(answer.endorsement_id, "8600310099999999")


def test_no_write_is_composed_once_the_grant_has_expired(kiosk: Kiosk, clock: MovableClock, who: Resident) -> None:
    answer = kiosk.granted(who)
    step = kiosk.begin(answer.endorsement_id, who.record.chip_serial)
    answers = kiosk.relay(who, who.chip(), step.batch)
    clock.pass_time(timedelta(minutes=10))
    step = kiosk.tell(answer.endorsement_id, step, answers)
    assert (step.verdict, step.failure) == ("failed", "grant_expired")


def test_answers_told_twice_get_the_same_batch(kiosk: Kiosk, who: Resident) -> None:
    answer = kiosk.granted(who)
    step = kiosk.begin(answer.endorsement_id, who.record.chip_serial)
    answers = kiosk.relay(who, who.chip(), step.batch)
    first = kiosk.tell(answer.endorsement_id, step, answers)
    assert kiosk.tell(answer.endorsement_id, step, answers) == first
    with pytest.raises(CentralRefusedCall, match="409 wrong_batch"):
        kiosk.tell(answer.endorsement_id, step, answers[:-1])


def test_a_batch_that_was_never_handed_out_is_refused(kiosk: Kiosk, who: Resident) -> None:
    answer = kiosk.granted(who)
    step = kiosk.begin(answer.endorsement_id, who.record.chip_serial)
    body = contract.ChipBatchAnswers(batch=7, answers=())
    with pytest.raises(CentralRefusedCall, match="409 wrong_batch"):
        kiosk.client.report_chip_answers(answer.endorsement_id, step.session_id, body, key=str(uuid4()), sequence=None)


def test_more_answers_than_commands_are_refused(kiosk: Kiosk, who: Resident) -> None:
    answer = kiosk.granted(who)
    step = kiosk.begin(answer.endorsement_id, who.record.chip_serial)
    with pytest.raises(CentralRefusedCall, match="422 invalid_request"):
        kiosk.tell(answer.endorsement_id, step, [contract.ChipAnswer(data="", sw="9000")] * 9)


def test_a_new_session_closes_the_one_before(kiosk: Kiosk, who: Resident) -> None:
    answer = kiosk.granted(who)
    chip = who.chip()
    first = kiosk.begin(answer.endorsement_id, who.record.chip_serial)
    second = kiosk.begin(answer.endorsement_id, who.record.chip_serial)
    assert second.session_id != first.session_id
    assert first.batch is not None
    assert second.batch is not None
    assert (first.batch.number, second.batch.number) == (1, 2)
    with pytest.raises(CentralRefusedCall, match="409 session_closed"):
        kiosk.tell(answer.endorsement_id, first, kiosk.relay(who, chip, first.batch))


def test_sessions_come_to_an_end(kiosk: Kiosk, who: Resident) -> None:
    answer = kiosk.granted(who)
    for _ in range(9):
        step = kiosk.begin(answer.endorsement_id, who.record.chip_serial)
        assert step.batch is not None
    step = kiosk.begin(answer.endorsement_id, who.record.chip_serial)
    assert (step.verdict, step.failure) == ("failed", "too_many_attempts")


@pytest.mark.parametrize("protocol", ["t0", "t1"])
def test_both_chip_protocols_are_written(kiosk: Kiosk, who: Resident, protocol: Protocol) -> None:
    chip = who.chip(protocol)
    assert kiosk.write(who, kiosk.granted(who).endorsement_id, chip).verdict == "written"
    assert chip.written_fields()["valid_to"] == NEW


def test_another_kiosk_cannot_take_part(
    central: ReferenceCentral, directory: Path, kiosk: Kiosk, who: Resident
) -> None:
    answer = kiosk.granted(who)
    issue_client(directory, "kiosk-2")
    central.register_kiosk("kiosk-2")
    with client_of(central, directory, "kiosk-2") as client:
        stranger = Kiosk(client, directory, kiosk.clock)
        with pytest.raises(CentralRefusedCall, match="404 not_found"):
            stranger.begin(answer.endorsement_id, who.record.chip_serial)
        with pytest.raises(CentralRefusedCall, match="404 not_found"):
            client.endorsement_state(answer.endorsement_id)
        refused = stranger.request(who)
        assert isinstance(refused, contract.Refused)
        assert refused.code == "grant_in_use"


TEXTS_END = 'encoding = "gb18030"\npadding = [0x00, 0x20, 0xFF]\nends_at_nul = true'
ADDRESS_AT, AUTHORITY_AT, ADDRESS = 0, 80, "上海市浦东新区示范路88弄6号402室".encode("gb18030")


@pytest.fixture(scope="module")
def liberal_central(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ReferenceCentral, Path, MovableClock]]:
    """A central whose permit file says that texts may end as other software ended them."""
    directory, clock = tmp_path_factory.mktemp("liberal"), MovableClock()
    permits = directory / "permits"
    permits.mkdir()
    text = (PERMITS / "reference.toml").read_text(encoding="utf-8").replace('encoding = "gb18030"', TEXTS_END)
    (permits / "reference.toml").write_text(text, encoding="utf-8")
    with ReferenceCentral(settings(directory, clock, permits=(permits,))) as central:
        yield central, directory, clock


@pytest.mark.parametrize("behind", [b"\x00", b"\xff", b" ", b"\x00" + "幸福路7号".encode("gb18030"), b"\x00\xfe\x81"])
def test_a_chip_whose_texts_another_program_ended_otherwise_is_endorsed(
    liberal_central: tuple[ReferenceCentral, Path, MovableClock], behind: bytes
) -> None:
    central, directory, clock = liberal_central
    who = resident()
    central.seed([who.record])
    chip = who.chip()
    chip.leave_behind(
        ("endorsement", 0), ADDRESS_AT, (ADDRESS + behind).ljust(80, behind[-1:] if len(behind) == 1 else b"\xcd")
    )
    with client_of(central, directory) as client:
        kiosk = Kiosk(client, directory, clock)
        answer = kiosk.granted(who)
        assert kiosk.write(who, answer.endorsement_id, chip).verdict == "written"
    raw = chip.memory_at(("endorsement", 0))
    assert raw[:80] == ADDRESS + bytes(80 - len(ADDRESS))
    assert raw[AUTHORITY_AT:120] == "上海市公安局浦东分局".encode("gb18030").ljust(40, b"\0")
    assert raw[125:129].hex() == "20271204"


def test_a_chip_that_holds_another_address_behind_the_same_padding_is_not_endorsed(
    liberal_central: tuple[ReferenceCentral, Path, MovableClock],
) -> None:
    central, directory, clock = liberal_central
    who = resident()
    central.seed([who.record])
    chip = who.chip()
    chip.leave_behind(("endorsement", 0), ADDRESS_AT, "幸福路7号".encode("gb18030") + b"\0" + ADDRESS)
    with client_of(central, directory) as client:
        kiosk = Kiosk(client, directory, clock)
        answer = kiosk.granted(who)
        step = kiosk.write(who, answer.endorsement_id, chip)
    assert (step.verdict, step.failure) == ("failed", "content_mismatch")
