"""Opening, reading and relaying: the driver's verbs over a virtual chip, byte by byte on an unmoved wire."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from drivers.errors import LinkTimeout, NoChip, NotAPermit, StatusWordError, UnexpectedReply
from drivers.permit_chip import apdu
from drivers.permit_chip.chip import ForeignChip, PermitChip, exchange
from drivers.permit_chip.records import RelayCommand
from drivers.permit_file.permit_file import ChipContentCorrupt, PermitFile
from drivers.simulators.foreign_chips import foreign_chip
from drivers.simulators.virtual_chip import Protocol, VirtualChip
from drivers.transport.base import ApduAnswer
from tests.fakes.chip_coupler import ChipInHand
from tests.fakes.invented_permits import (
    FIELDS,
    KEYS,
    REFERENCE,
    SSSE,
    UPDATE,
    fields_of,
    path_to,
    reference_chip,
    signed,
    ssse_chip,
)


class ScriptedChip:
    """Gives prepared answers, and notes what it was asked."""

    def __init__(self, *answers: str) -> None:
        self._answers = [bytes.fromhex(answer) for answer in answers]
        self.asked: list[str] = []

    def transmit(self, command: bytes) -> ApduAnswer:
        self.asked.append(command.hex().upper())
        answer = self._answers.pop(0)
        return ApduAnswer(answer[:-2], int.from_bytes(answer[-2:], "big"))


def test_more_bytes_are_fetched_until_the_chip_has_no_more() -> None:
    chip = ScriptedChip("6103", "AABBCC6102", "DDEE9000")
    assert exchange(chip, bytes.fromhex("00A4000002EF05")) == ApduAnswer(b"\xaa\xbb\xcc\xdd\xee", 0x9000)
    assert chip.asked == ["00A4000002EF05", "00C0000003", "00C0000002"]


def test_6100_means_256_more_bytes() -> None:
    chip = ScriptedChip("6100", "AA" * 256 + "9000")
    assert len(exchange(chip, bytes.fromhex("00A4000002EF05")).data) == 256
    assert chip.asked[1] == "00C0000000"


def test_a_wrong_length_is_asked_again_once_with_the_right_one() -> None:
    chip = ScriptedChip("6C03", "AABBCC9000")
    assert exchange(chip, bytes.fromhex("00B0810061")) == ApduAnswer(b"\xaa\xbb\xcc", 0x9000)
    assert chip.asked == ["00B0810061", "00B0810003"]


def test_a_wrong_length_in_get_response_is_corrected_too() -> None:
    chip = ScriptedChip("6108", "6C02", "AABB9000")
    assert exchange(chip, bytes.fromhex("00A4000002EF05")).data == b"\xaa\xbb"
    assert chip.asked == ["00A4000002EF05", "00C0000008", "00C0000002"]


def test_a_chip_that_corrects_the_length_twice_is_not_asked_for_ever() -> None:
    chip = ScriptedChip("6C03", "6C04")
    assert exchange(chip, bytes.fromhex("00B0810061")).sw == 0x6C04


def test_an_update_is_never_sent_again_even_if_the_chip_names_another_length() -> None:
    chip = ScriptedChip("6C03")
    update = "04D6827D0820260506AABBCCDD"
    assert exchange(chip, bytes.fromhex(update)).sw == 0x6C03
    assert chip.asked == [update]


def test_an_answer_without_end_is_given_up() -> None:
    chip = ScriptedChip(*["AA6101"] * 40)
    with pytest.raises(UnexpectedReply, match="does not end"):
        exchange(chip, bytes.fromhex("00A4000002EF05"))


@pytest.mark.parametrize("protocol", ["t0", "t1"])
@pytest.mark.parametrize("permit", [REFERENCE, SSSE], ids=lambda permit: permit.name)
def test_a_permit_is_recognised_and_read_whole(permit: PermitFile, protocol: Protocol) -> None:
    coupler = ChipInHand(VirtualChip(permit, fields_of(permit), KEYS, protocol=protocol))
    with PermitChip(coupler, [REFERENCE, SSSE]) as chip:
        assert chip.open(1) is permit
        record = chip.read()
        assert record.permit_file == permit.name
        assert dict(record.fields) == fields_of(permit)
        assert record.chip_serial == FIELDS["chip_serial"]
        assert chip.read() == record  # a second time, whatever the first left selected
        assert chip.read_serial_and_atr() == (FIELDS["chip_serial"], record.atr)
        assert "林玉珍" not in repr(record)
    assert not coupler.powered


def test_opening_and_reading_a_reference_permit_takes_three_commands() -> None:
    coupler = ChipInHand(VirtualChip(REFERENCE, fields_of(REFERENCE), KEYS, protocol="t1"))
    chip = PermitChip(coupler, [REFERENCE])
    chip.open(1)
    chip.read()
    assert [command.hex().upper() for command in coupler.commands] == [
        "00A4040006F04A5A5A3031",
        "00B0810061",
        "00B0820083",
    ]


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("epassport", "epassport"),
        ("bank", "bank"),
        ("blank", "unknown"),
        ("memory", "memory"),
    ],
)
def test_a_foreign_chip_is_refused_politely_and_released(kind: str, told: str) -> None:
    coupler = ChipInHand(foreign_chip(kind))
    chip = PermitChip(coupler, [REFERENCE, SSSE])
    with pytest.raises(ForeignChip, match=told) as caught:
        chip.open(1)
    assert isinstance(caught.value, NotAPermit)
    assert caught.value.kind == told
    assert not coupler.powered


def test_a_foreign_chip_is_only_ever_asked_for_applications() -> None:
    coupler = ChipInHand(foreign_chip("bank"))
    with pytest.raises(ForeignChip):
        PermitChip(coupler, [REFERENCE, SSSE]).open(1)
    assert {command[:4].hex() for command in coupler.commands} == {"00a40400"}


def test_no_chip_is_no_chip() -> None:
    with pytest.raises(NoChip):
        PermitChip(ChipInHand(foreign_chip("none")), [REFERENCE]).open(1)


def test_an_unknown_kind_of_foreign_chip_is_our_mistake() -> None:
    with pytest.raises(ValueError, match="no chip of the kind 'spoon'"):
        foreign_chip("spoon")


def _open_and_read(chip: PermitChip) -> None:
    chip.open(1)
    chip.read()


def test_a_chip_that_falls_silent_is_a_timeout_and_never_a_value() -> None:
    in_hand = reference_chip()
    chip = PermitChip(ChipInHand(in_hand), [REFERENCE])
    chip.open(1)
    in_hand.set_fault("silent")
    with pytest.raises(LinkTimeout):
        chip.read()


@pytest.mark.parametrize("at", range(1, 5))
def test_a_chip_that_ages_in_the_middle_never_gives_half_a_record(at: int) -> None:
    in_hand = reference_chip()
    in_hand.age_after(at - 1)
    chip = PermitChip(ChipInHand(in_hand), [REFERENCE])
    with pytest.raises(LinkTimeout):
        _open_and_read(chip)


@pytest.mark.parametrize("sw", [0x6281, 0x6982, 0x6A82, 0x9303])
def test_a_status_word_that_is_not_9000_stops_the_reading_and_names_what_it_did(sw: int) -> None:
    class Refusing:
        atr = b"\x3b\x00"

        def transmit(self, command: bytes) -> ApduAnswer:
            return ApduAnswer(b"", 0x9000 if command[1] == apdu.INS_SELECT else sw)

        def close(self) -> None: ...

    class Slot:
        def connect(self, timeout_s: float) -> Refusing:
            return Refusing()

        def look(self) -> None: ...

        def close(self) -> None: ...

    chip = PermitChip(Slot(), [REFERENCE])
    chip.open(1)
    with pytest.raises(StatusWordError, match=f"chip status {sw:04X} at reading identity") as caught:
        chip.read()
    assert caught.value.sw == sw


def test_a_record_with_another_tag_in_it_is_corrupt() -> None:
    class Shifted(VirtualChip):
        def command(self, command: bytes) -> bytes:
            answer = super().command(command)
            return b"\x7f" + answer[1:] if command[1] == apdu.INS_READ_RECORD else answer

    chip = PermitChip(ChipInHand(Shifted(SSSE, fields_of(SSSE), KEYS)), [SSSE])
    chip.open(1)
    with pytest.raises(ChipContentCorrupt, match="is not a record with its tag and length"):
        chip.read()


def _endorse(
    chip: PermitChip, permit: PermitFile, on_answer: Callable[[int, ApduAnswer], None] | None = None
) -> list[int]:
    """What central does: a challenge, a signed command, for every write of the plan. Returns the last status words."""
    statuses = []
    for write in permit.encode_update(UPDATE):
        opening = [RelayCommand(command) for command in path_to(permit, write)]
        challenge = chip.relay([*opening, RelayCommand(apdu.get_challenge())])[-1].data
        answers = chip.relay([RelayCommand(signed(permit, write, challenge))], on_answer)
        statuses.append(answers[-1].sw)
    return statuses


@pytest.mark.parametrize("make", [reference_chip, ssse_chip], ids=["reference", "ssse"])
def test_an_endorsement_composed_by_central_is_written_and_read_back(make: Callable[[], VirtualChip]) -> None:
    in_hand = make()
    chip = PermitChip(ChipInHand(in_hand), [REFERENCE, SSSE])
    permit = chip.open(1)
    assert set(_endorse(chip, permit)) == {0x9000}
    assert dict(chip.read().fields) == fields_of(permit) | UPDATE
    chip.close()
    chip.open(1)
    assert dict(chip.read().fields) == fields_of(permit) | UPDATE  # it survives power


def test_the_relay_stops_at_the_first_unexpected_status_and_returns_it() -> None:
    coupler = ChipInHand(reference_chip())
    chip = PermitChip(coupler, [REFERENCE])
    chip.open(1)
    wrong = signed(REFERENCE, REFERENCE.encode_update(UPDATE)[0], b"\0\0\0\0")
    seen: list[tuple[int, int]] = []
    batch = [RelayCommand(apdu.get_challenge()), RelayCommand(wrong), RelayCommand(apdu.read_binary(2, 0, 131))]
    answers = chip.relay(batch, lambda index, answer: seen.append((index, answer.sw)))
    assert [answer.sw for answer in answers] == [0x9000, 0x6988]
    assert seen == [(0, 0x9000), (1, 0x6988)]
    assert coupler.commands[-1] == wrong
    assert coupler.chip is not None
    assert coupler.chip.tries_left == 2  # it was sent once


def test_an_expected_status_other_than_9000_lets_the_batch_go_on() -> None:
    in_hand = VirtualChip(REFERENCE, fields_of(REFERENCE), KEYS, protocol="t1")
    chip = PermitChip(ChipInHand(in_hand), [REFERENCE])
    chip.open(1)
    beyond = RelayCommand(apdu.read_binary(2, 130, 1), (0x9000, 0x6B00))
    assert len(chip.relay([beyond, beyond])) == 2


def test_a_missing_challenge_costs_nothing_and_a_new_one_heals_it() -> None:
    in_hand = reference_chip()
    chip = PermitChip(ChipInHand(in_hand), [REFERENCE])
    chip.open(1)
    write = REFERENCE.encode_update(UPDATE)[0]
    assert chip.relay([RelayCommand(signed(REFERENCE, write, b"\1\2\3\4"))])[-1].sw == 0x6984
    assert in_hand.tries_left == 3
    assert _endorse(chip, REFERENCE) == [0x9000]


def test_nothing_is_relayed_without_an_open_chip() -> None:
    with pytest.raises(ValueError, match="no chip is open"):
        PermitChip(ChipInHand(reference_chip()), [REFERENCE]).relay([RelayCommand(apdu.get_challenge())])
