"""The virtual chip's card operating system: access rules, challenge, counter and lock, atomic update, tearing,
ageing.
"""

from __future__ import annotations

import pytest

from drivers.permit_chip import apdu
from drivers.simulators.virtual_chip import TRIES, VirtualChip, answer_to_reset
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

SELECT = apdu.select_application(REFERENCE.aid)
WRITE = REFERENCE.encode_update(UPDATE)[0]
OLD = fields_of(REFERENCE)
NEW = OLD | UPDATE


def _sw(answer: bytes) -> int:
    return int.from_bytes(answer[-2:], "big")


def _ready(chip: VirtualChip) -> bytes:
    """Power, select, challenge."""
    chip.power_on()
    chip.command(SELECT)
    return chip.command(apdu.get_challenge())[:4]


def _write(chip: VirtualChip) -> bytes:
    return chip.command(signed(REFERENCE, WRITE, _ready(chip)))


def test_the_offered_protocol_is_in_the_answer_to_reset() -> None:
    assert answer_to_reset(b"ABC", "t0").hex().upper() == "3B630000414243"
    assert answer_to_reset(b"ABC", "t1").hex().upper() == "3BE3000001414243A2"


def test_a_t0_chip_gives_its_file_information_by_get_response_and_insists_on_the_right_length() -> None:
    chip = reference_chip()
    chip.power_on()
    assert chip.command(SELECT).hex().upper() == "610A"
    assert chip.command(bytes.fromhex("00C000000A")).hex().upper() == "6F088406F04A5A5A30319000"
    assert chip.command(bytes.fromhex("00B0820000")).hex().upper() == "6C83"
    assert chip.command(bytes.fromhex("00B0827D04")).hex().upper() == "202505069000"


def test_a_t1_chip_gives_whole_answers() -> None:
    chip = VirtualChip(REFERENCE, OLD, KEYS, protocol="t1")
    chip.power_on()
    assert chip.command(SELECT).hex().upper() == "6F088406F04A5A5A30319000"
    assert len(chip.command(bytes.fromhex("00B0820000"))) == 131 + 2


@pytest.mark.parametrize(
    ("command", "sw"),
    [
        ("00B0820004", 0x6A82),  # nothing selected yet
        ("00A4040006F04A5A5A3032", 0x6A82),
        ("00A40C0006F04A5A5A3031", 0x6A86),
        ("00CA000000", 0x6D00),
        ("80B0820004", 0x6E00),
        ("04B0820004", 0x6E00),
        ("00C0000004", 0x6985),
        ("0084000003", 0x6700),
        ("00", 0x6700),
    ],
)
def test_what_the_chip_does_not_know_it_says_so(command: str, sw: int) -> None:
    chip = reference_chip()
    chip.power_on()
    assert _sw(chip.command(bytes.fromhex(command))) == sw


@pytest.mark.parametrize(
    ("command", "sw"),
    [
        ("00B0830004", 0x6A82),
        ("00B0828304", 0x6B00),
        ("00D6820004AABBCCDD", 0x6987),
        ("04D6810008AABBCCDD00112233", 0x6982),
        ("04D6828308AABBCCDD00112233", 0x6B00),
        ("04D6820008AABBCCDD00112233", 0x6984),
        ("04D6820004AABBCCDD", 0x6700),
        ("04D6820009AABBCCDD00112233", 0x6700),
    ],
)
def test_access_rules_of_the_files(command: str, sw: int) -> None:
    chip = reference_chip()
    chip.power_on()
    chip.command(SELECT)
    assert _sw(chip.command(bytes.fromhex(command))) == sw
    assert chip.written_fields() == OLD


def test_a_right_mac_writes_and_a_challenge_is_good_for_one_command() -> None:
    chip = reference_chip()
    challenge = _ready(chip)
    command = signed(REFERENCE, WRITE, challenge)
    assert chip.command(command).hex() == "9000"
    assert chip.written_fields() == NEW
    assert _sw(chip.command(command)) == 0x6984
    assert chip.tries_left == TRIES


def test_another_command_between_challenge_and_update_spends_the_challenge() -> None:
    chip = reference_chip()
    challenge = _ready(chip)
    chip.command(apdu.read_binary(2, 0, 4))
    assert _sw(chip.command(signed(REFERENCE, WRITE, challenge))) == 0x6984


def test_a_challenge_of_eight_bytes_is_none_for_a_mac() -> None:
    chip = reference_chip()
    chip.power_on()
    chip.command(SELECT)
    challenge = chip.command(apdu.get_challenge(8))[:4]
    assert _sw(chip.command(signed(REFERENCE, WRITE, challenge))) == 0x6984


def test_the_mac_binds_every_byte_of_the_command() -> None:
    for position in range(5, 5 + 131 + 4, 7):
        chip = reference_chip()
        command = bytearray(signed(REFERENCE, WRITE, _ready(chip)))
        command[position] ^= 0x01
        assert _sw(chip.command(bytes(command))) == 0x6988
        assert chip.written_fields() == OLD


def test_three_wrong_macs_lock_the_permit_for_ever_also_against_the_right_one() -> None:
    chip = reference_chip()
    wrong = signed(REFERENCE, WRITE, b"\0\0\0\0")
    for _ in range(TRIES):
        _ready(chip)
        assert _sw(chip.command(wrong)) == 0x6988
    assert _sw(_write(chip)) == 0x6983
    chip.power_off()
    assert _sw(_write(chip)) == 0x6983
    assert chip.written_fields() == OLD


def test_the_other_family_counts_aloud_and_locks_with_9303() -> None:
    chip = VirtualChip(SSSE, fields_of(SSSE), KEYS, counts_tries=True)
    write = SSSE.encode_update(UPDATE)[-1]
    statuses = []
    for _ in range(TRIES + 1):
        chip.power_on()
        for command in path_to(SSSE, write):
            chip.command(command)
        chip.command(apdu.get_challenge())
        statuses.append(_sw(chip.command(signed(SSSE, write, b"\0\0\0\0"))))
    assert statuses == [0x63C2, 0x63C1, 0x63C0, 0x9303]


def test_a_right_mac_gives_the_tries_back() -> None:
    chip = reference_chip()
    _ready(chip)
    chip.command(signed(REFERENCE, WRITE, b"\0\0\0\0"))
    assert chip.tries_left == 2
    assert _sw(_write(chip)) == 0x9000
    assert chip.tries_left == TRIES


def test_tearing_after_any_single_byte_of_the_reference_write_leaves_old_or_new_and_nothing_else() -> None:
    seen = []
    steps = 2 * len(WRITE.data) + 2
    for step in range(steps + 1):
        chip = reference_chip()
        chip.tear_after(step)
        assert _write(chip) == b"", step  # the answer never came
        assert chip.command(SELECT) == b"", step
        inspected = chip.written_fields()
        chip.power_on()
        assert chip.written_fields() == inspected
        assert inspected in (OLD, NEW), step
        seen.append(inspected == NEW)
        assert _sw(_write(chip)) == 0x9000, step  # and the permit can still be endorsed
        assert chip.written_fields() == NEW
    assert seen == [False] * steps + [True]  # new only with the last of all


def test_what_a_torn_update_left_behind_is_also_what_is_read_over_the_wire() -> None:
    for step in (0, 131, 132, 200, 263, 264):
        chip = reference_chip()
        chip.tear_after(step)
        _write(chip)
        chip.power_on()
        chip.command(SELECT)
        old, new = (REFERENCE.encode_content(fields)["endorsement", 0] for fields in (OLD, NEW))
        assert chip.command(apdu.read_binary(2, 0, 131))[:-2] == (new if step == 264 else old)


def test_ssse_torn_between_two_writes_leaves_a_prefix_and_the_validity_is_old_in_all_but_the_last() -> None:
    writes = SSSE.encode_update(UPDATE)
    for done in range(len(writes) + 1):
        chip = ssse_chip()
        for place, write in enumerate(writes):
            chip.power_on()
            for command in path_to(SSSE, write):
                chip.command(command)
            challenge = chip.command(apdu.get_challenge())[:4]
            if place == done:
                chip.tear_after(1)
            answer = chip.command(signed(SSSE, write, challenge))
            assert answer == (b"" if place == done else b"\x90\x00")
            if place == done:
                break
        chip.power_on()
        written = {name for write in SSSE.writes[:done] for name in write.fields}
        expected = {name: UPDATE[name] if name in written else value for name, value in fields_of(SSSE).items()}
        assert chip.written_fields() == expected
        assert (chip.written_fields()["valid_to"] == UPDATE["valid_to"]) is (done == len(writes))


def test_an_ssse_prefix_is_finished_by_the_writes_that_are_still_missing() -> None:
    chip = ssse_chip()
    writes = SSSE.encode_update(UPDATE)
    for write in (*writes[:3], *writes[3:]):
        chip.power_on()
        for command in path_to(SSSE, write):
            chip.command(command)
        assert _sw(chip.command(signed(SSSE, write, chip.command(apdu.get_challenge())[:4]))) == 0x9000
    assert chip.written_fields() == fields_of(SSSE) | UPDATE


def test_selection_and_challenge_do_not_survive_power_but_what_was_written_does() -> None:
    chip = reference_chip()
    challenge = _ready(chip)
    chip.power_off()
    assert chip.command(SELECT) == b""
    chip.power_on()
    assert _sw(chip.command(apdu.read_binary(2, 0, 4))) == 0x6A82
    chip.command(SELECT)
    assert _sw(chip.command(signed(REFERENCE, WRITE, challenge))) == 0x6984
    assert _sw(_write(chip)) == 0x9000
    chip.power_off()
    chip.power_on()
    assert chip.written_fields() == NEW


@pytest.mark.parametrize(("fault", "sw"), [("wrong_mac", 0x6988), ("locked", 0x6983), ("memory_failure", 0x6581)])
def test_a_fault_shows_in_the_status_word_and_changes_nothing(fault: str, sw: int) -> None:
    chip = reference_chip()
    chip.set_fault(fault)
    assert _sw(_write(chip)) == sw
    assert chip.written_fields() == OLD
    chip.clear_faults()
    assert _sw(_write(chip)) == 0x9000


def test_the_remaining_faults_are_silence_death_slowness_and_a_torn_write() -> None:
    chip = reference_chip()
    chip.power_on()
    chip.set_fault("silent")
    assert (chip.command(SELECT), chip.atr() != b"") == (b"", True)
    chip.set_fault("dead")
    assert (chip.command(SELECT), chip.atr()) == (b"", b"")
    chip.clear_faults()
    usual = chip.processing_s(SELECT)
    chip.set_fault("slow")
    assert chip.processing_s(SELECT) > 10 * usual
    chip.set_fault("torn")
    assert _write(chip) == b""
    assert chip.written_fields() == OLD
    assert _sw(_write(chip)) == 0x9000


def test_an_unknown_fault_is_our_mistake() -> None:
    with pytest.raises(ValueError, match="no fault 'rust'"):
        reference_chip().set_fault("rust")


def test_every_named_fault_can_be_set_and_cleared() -> None:
    for name in VirtualChip.fault_names:
        chip = reference_chip()
        chip.set_fault(name)
        chip.clear_faults()
        assert _sw(_write(chip)) == 0x9000


def test_an_ageing_chip_goes_silent_for_good() -> None:
    chip = reference_chip()
    chip.power_on()
    chip.age_after(2)
    assert [chip.command(SELECT) != b"" for _ in range(4)] == [True, True, False, False]
    chip.power_on()
    assert chip.command(SELECT) == b""


def test_challenges_differ() -> None:
    chip = reference_chip()
    assert len({_ready(chip) for _ in range(20)}) == 20


def test_the_chip_of_an_invented_resident_carries_what_the_data_file_says() -> None:
    from datetime import date

    from drivers.simulators.residents import load_residents

    residents = load_residents(today=date(2026, 3, 1))
    permit = residents.permits["lin-yuzhen-shanghai"]
    chip = VirtualChip.from_permit(permit, residents.holder_of(permit), REFERENCE, KEYS)
    fields = chip.written_fields()
    assert fields["chip_serial"] == permit.chip_serial
    assert fields["valid_to"] == date(2026, 3, 13)
    assert set(fields) == set(FIELDS)
