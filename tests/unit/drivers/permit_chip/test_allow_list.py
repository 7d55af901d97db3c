"""Attacks on the relay: whatever central sends, only what the permit file foresees reaches a chip, and nothing of a
batch goes out before all of it was judged."""

from __future__ import annotations

import pytest

from drivers.errors import CommandNotAllowed
from drivers.permit_chip import apdu
from drivers.permit_chip.chip import PermitChip
from drivers.permit_chip.commands import read_commands
from drivers.permit_chip.records import RelayCommand
from drivers.simulators.virtual_chip import VirtualChip
from tests.fakes.chip_coupler import ChipInHand
from tests.fakes.invented_permits import REFERENCE, SSSE, UPDATE, path_to, reference_chip, signed, ssse_chip

WRITE = signed(REFERENCE, REFERENCE.encode_update(UPDATE)[0], b"\1\2\3\4").hex()

ATTACKS = {
    "another application": "00A4040008A000000247100100",
    "the application's name with a tail": "00A4040007F04A5A5A303100",
    "a shorter name (partial selection)": "00A4040005F04A5A5A30",
    "the next application of that name": "00A4040206F04A5A5A3031",
    "the master file": "00A40000023F00",
    "a file that nobody described": "00A4000002EF07",
    "a key file": "00A40000020000",
    "a select with Le": "00A4040006F04A5A5A303100",
    "another file by short identifier": "00B0830004",
    "the selected file (no short identifier)": "00B0000004",
    "more than the file has": "00B0820084",
    "more than the file has, from an offset": "00B0827D07",
    "256 bytes": "00B0820000",
    "a read with data": "00B08200020102",
    "a read with secure messaging": "04B0820004",
    "the odd read instruction": "00B1820004",
    "a record of a permit without records": "00B2230452",
    "an update without MAC": "00D6820004" + "00" * 4,
    "an update of the read-only file": "04D681000C" + "00" * 12,
    "an update of part of the plan": "04D6827D0820260506AABBCCDD",
    "an update one byte longer": "04D6820088" + "00" * 0x88,
    "an update one byte shorter": "04D6820086" + "00" * 0x86,
    "an update at another offset": "04D6820187" + WRITE[10:],
    "an update with Le": WRITE + "00",
    "an update in a chain": "14" + WRITE[2:],
    "an update on another channel": "05" + WRITE[2:],
    "an update with full secure messaging": "0C" + WRITE[2:],
    "a proprietary class": "84" + WRITE[2:],
    "the odd update instruction": "04D7" + WRITE[4:],
    "an update with extended length": "04D68200000087" + WRITE[10:],
    "a read with extended length": "00B08200000004",
    "two commands in one": "008400000400B0820004",
    "a challenge for an authentication": "0084000008",
    "a challenge with parameters": "0084010004",
    "an authentication": "0082000108" + "00" * 8,
    "a signature of any data": "0088000108" + "00" * 8,
    "a get response": "00C0000008",
    "verifying a PIN": "0020000003123456",
    "changing a key": "80D4000010" + "00" * 16,
    "erasing": "000E000000",
    "locking the application": "841E000004AABBCCDD",
    "appending a record": "04E2000008AABBCCDD00112233",
    "nothing": "",
    "half a header": "00A4",
    "a header alone": "00A40000",
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_relay_refuses(attack: str) -> None:
    coupler = ChipInHand(reference_chip())
    chip = PermitChip(coupler, [REFERENCE, SSSE])
    chip.open(1)
    sent = len(coupler.commands)
    batch = [RelayCommand(apdu.get_challenge()), RelayCommand(bytes.fromhex(ATTACKS[attack]))]
    with pytest.raises(CommandNotAllowed) as caught:
        chip.relay(batch)
    assert caught.value.index == 1
    assert len(coupler.commands) == sent  # not even the harmless command before it
    assert coupler.chip is not None
    assert reference_chip().written_fields() == coupler.chip.written_fields()


def test_every_command_that_reads_a_permit_is_allowed() -> None:
    for permit, in_hand in ((REFERENCE, reference_chip()), (SSSE, ssse_chip())):
        chip = PermitChip(ChipInHand(in_hand), [permit])
        chip.open(1)
        answers = chip.relay([command for command, _ in read_commands(permit)])
        assert [answer.sw for answer in answers] == [0x9000] * len(read_commands(permit))


def _ssse() -> tuple[ChipInHand[VirtualChip], PermitChip]:
    coupler = ChipInHand(ssse_chip())
    chip = PermitChip(coupler, [SSSE])
    chip.open(1)
    return coupler, chip


SELECT_ISSUE = "00A4000002EF05"
SELECT_HOLDER = "00A4000002EF06"
SELECT_DF01 = "00A4000002DF01"
VALID_TO = "04DC06040A060420260506AABBCCDD"

SSSE_ATTACKS = {
    "an update before a file is selected": (VALID_TO,),
    "an update of the file next door": (SELECT_HOLDER, VALID_TO),
    "an update whose record says another tag": (SELECT_ISSUE, "04DC06040A070420260506AABBCCDD"),
    "an update whose record says another length": (SELECT_ISSUE, "04DC06040A060520260506AABBCCDD"),
    "an update by number instead of tag": (SELECT_ISSUE, "04DC06050A060420260506AABBCCDD"),
    "an update of a record that is not in the plan": (SELECT_ISSUE, "04DC05040A050420260506AABBCCDD"),
    "a short identifier in P2": (SELECT_ISSUE, "04DC062C0A060420260506AABBCCDD"),
    "a read of an undescribed record": (SELECT_HOLDER, "00B20C0405"),
    "a read of more than the record": (SELECT_HOLDER, "00B2090421"),
    "the holder's file below the directory": (SELECT_DF01, "00A4000002EF05"),
    "a way back that does not exist": (SELECT_DF01, SELECT_HOLDER, "00A4000002EF05"),
    "UPDATE BINARY of a records file": (SELECT_ISSUE, "04D685000820260506AABBCCDD"),
}


@pytest.mark.parametrize("attack", SSSE_ATTACKS)
def test_the_relay_of_a_permit_with_records_refuses(attack: str) -> None:
    coupler, chip = _ssse()
    sent = len(coupler.commands)
    with pytest.raises(CommandNotAllowed) as caught:
        chip.relay([RelayCommand(bytes.fromhex(command)) for command in SSSE_ATTACKS[attack]])
    assert caught.value.index == len(SSSE_ATTACKS[attack]) - 1
    assert len(coupler.commands) == sent


def test_which_file_is_selected_is_remembered_from_one_batch_to_the_next() -> None:
    _, chip = _ssse()
    chip.relay([RelayCommand(bytes.fromhex(SELECT_HOLDER))])
    with pytest.raises(CommandNotAllowed, match="not in the update plan"):
        chip.relay([RelayCommand(bytes.fromhex(VALID_TO))])
    chip.relay([RelayCommand(bytes.fromhex(SELECT_ISSUE))])
    (answer,) = chip.relay([RelayCommand(bytes.fromhex(VALID_TO))])
    assert answer.sw == 0x6984  # it went out, and the chip had given no challenge


@pytest.mark.parametrize("expect", [(0x6A82,), (0x9000, 0x6A82), ()])
def test_a_select_that_may_fail_is_refused_because_the_next_update_would_hit_another_file(
    expect: tuple[int, ...],
) -> None:
    coupler, chip = _ssse()
    sent = len(coupler.commands)
    with pytest.raises(CommandNotAllowed, match="must expect 9000"):
        chip.relay([RelayCommand(bytes.fromhex(SELECT_ISSUE), expect), RelayCommand(bytes.fromhex(VALID_TO))])
    assert len(coupler.commands) == sent


def test_a_batch_that_would_try_one_mac_after_the_other_is_refused() -> None:
    _, chip = _ssse()
    guesses = [RelayCommand(bytes.fromhex(VALID_TO), (0x9000, 0x6988)) for _ in range(3)]
    with pytest.raises(CommandNotAllowed, match="must expect 9000"):
        chip.relay([RelayCommand(bytes.fromhex(SELECT_ISSUE)), *guesses])


def test_after_a_wrong_mac_no_update_is_relayed_until_the_chip_is_opened_anew() -> None:
    coupler, chip = _ssse()
    write = SSSE.encode_update(UPDATE)[-1]
    wrong = signed(SSSE, write, b"\0\0\0\0")
    path = [RelayCommand(command) for command in path_to(SSSE, write)]
    challenge = RelayCommand(apdu.get_challenge())
    assert chip.relay([*path, challenge, RelayCommand(wrong)])[-1].sw == 0x6988
    with pytest.raises(CommandNotAllowed, match="no update after a wrong MAC"):
        chip.relay([challenge, RelayCommand(wrong)])
    assert chip.read().fields["endorsement_count"] == 1  # reading is still possible
    assert coupler.chip is not None
    assert coupler.chip.tries_left == 2
    chip.close()
    chip.open(1)
    assert chip.relay([*path, challenge, RelayCommand(wrong)])[-1].sw == 0x6988
