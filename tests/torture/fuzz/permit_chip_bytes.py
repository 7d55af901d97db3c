"""Bytes from a permit's chip and from central's relay: commands, answers, contents."""

from __future__ import annotations

from collections import deque
from contextlib import suppress

from drivers.apdu_exchange import MOST_PARTS
from drivers.errors import CommandNotAllowed, DriverError
from drivers.permit_chip import allow_list, apdu
from drivers.permit_chip.chip import PermitChip
from drivers.permit_chip.commands import content_of, read_commands
from drivers.permit_chip.records import RelayCommand
from drivers.permit_file.permit_file import ChipContentCorrupt, PermitFile, Place
from drivers.transport.base import ApduAnswer
from tests.fakes.invented_permits import REFERENCE, SSSE, UPDATE, fields_of, signed
from tests.torture.fuzz.promises import hold
from tests.torture.fuzz.relay_rules import RelayRules

PERMITS = (REFERENCE, SSSE)
RULES = tuple(RelayRules(permit) for permit in PERMITS)
WRITES = [signed(permit, write, b"\1\2\3\4") for permit in PERMITS for write in permit.encode_update(UPDATE)]
READS = [command.apdu for permit in PERMITS for command, _ in read_commands(permit)]
OK = b"\x90\x00"


def _answers(*answers: bytes) -> bytes:
    """As `_TalkingChip` takes them apart: a length in two bytes before each."""
    return b"".join(len(answer).to_bytes(2, "big") + answer for answer in answers)


_CONTENTS = [permit.encode_content(fields_of(permit)) for permit in PERMITS]

SEEDS: dict[str, list[bytes]] = {
    "chip_commands": [
        *WRITES,
        *READS,
        apdu.select_application(REFERENCE.aid),
        apdu.select_application(SSSE.aid),
        apdu.get_challenge(),
        bytes.fromhex("0082000108") + bytes(8),
        bytes.fromhex("00A4000002DF01"),
        b"\x00" * 7,
    ],
    "chip_answers": [
        b"\x00" + _answers(OK, *(content[place] + OK for place, _ in REFERENCE.places())) for content in _CONTENTS[:1]
    ]
    + [
        b"\x01" + _answers(OK, b"\x6c\x08", bytes(8) + b"\x61\x04", bytes(4) + OK),
        b"\x02" + _answers(OK, b"\x01\x02\x03\x04" + OK, b"\x69\x88", OK, b"\x63\xc1"),
        b"\x03" + _answers(b"\x6a\x82", OK, OK, bytes((6, 4)) + bytes(4) + OK),
        b"\x00" + _answers(b"\x61\x00") * 3,
    ],
    "chip_content": [
        bytes((index,)) + b"".join(raw[:250] for raw in content.values()) for index, content in enumerate(_CONTENTS)
    ],
}


def check_chip_commands(data: bytes) -> None:
    """A command is taken apart and put together again; what the relay lets pass is what the permit file foresees."""
    with suppress(ValueError):
        command = apdu.parse(data)
        hold(apdu.parse(bytes(command)) == command, "a command encodes to itself")
        hold(len(apdu.describe(data)) < 700, "a description is one line")
    for permit, rules in zip(PERMITS, RULES, strict=True):
        for selected in rules.selections:
            try:
                allow_list.check_batch(permit, [RelayCommand(data)], selected)
            except CommandNotAllowed:
                hold(not rules.foresees(data, selected), "what is foreseen passes")
            else:
                hold(rules.foresees(data, selected), "what passes is foreseen")
                hold(allow_list.selection_after(permit, data, selected) is not None, "the selection stays known")


class _TalkingChip:
    """A coupler and chip in one that answers anything, as scripted; then it is silent with an error of the chip's."""

    def __init__(self, data: bytes) -> None:
        self._answers: deque[bytes] = deque()
        at = 0
        while at + 2 <= len(data):
            length = int.from_bytes(data[at : at + 2], "big") % 0x120
            self._answers.append(data[at + 2 : at + 2 + length])
            at += 2 + length
        self.commands: list[bytes] = []

    @property
    def atr(self) -> bytes:
        return b"\x3b\x00"

    def connect(self, timeout_s: float) -> _TalkingChip:
        return self

    def look(self) -> None:
        return None

    def transmit(self, command: bytes) -> ApduAnswer:
        self.commands.append(command)
        answer = self._answers.popleft() if self._answers else b""
        if len(answer) < 2:
            return ApduAnswer(b"", 0x6F00)
        return ApduAnswer(answer[:-2], int.from_bytes(answer[-2:], "big"))

    def close(self) -> None:
        return None


def check_chip_answers(data: bytes) -> None:
    """A chip that answers anything ends every verb with a value or an error of ours, and is never asked without end."""
    talking = _TalkingChip(data[1:])
    kind = data[0] if data else 0
    chip = PermitChip(talking, PERMITS)
    most = (2 + 2 * MOST_PARTS) * (8 + len(READS))
    with suppress(DriverError):
        permit = chip.open(1.0)
        if kind & 1:
            serial, _ = chip.read_serial_and_atr()
            hold(len(serial) == 16, "a serial number has eight bytes")
        if kind & 2:
            batch = [RelayCommand(apdu.get_challenge()), *(command for command, _ in read_commands(permit))]
            hold(len(chip.relay(batch)) <= len(batch), "there is at most one answer for each command")
        record = chip.read()
        hold(set(record.fields) == {field.name for field in permit.fields}, "a record holds every field")
        hold("林" not in repr(record) and "fields" not in repr(record), "a record does not print")
    hold(len(talking.commands) <= most, "a chip is not asked without end")
    hold(
        all(command in READS or command[1] in (0xA4, 0x84, 0xC0, 0xB0, 0xB2) for command in talking.commands),
        "nothing but reading is sent unasked",
    )
    chip.close()


def check_chip_content(data: bytes) -> None:
    """Any content decodes to fields that encode to themselves, or to an error that names a field and not its value."""
    permit = PERMITS[data[0] % 2 if data else 0]
    content = _content(permit, data[1:])
    try:
        fields = permit.decode(content)
    except ChipContentCorrupt as error:
        hold(error.field in {field.name for field in permit.fields}, "the error names a field")
        return
    again = permit.encode_content(fields)
    hold(permit.decode(again) == fields, "fields encode to themselves")
    for place, raw in content.items():
        with suppress(ChipContentCorrupt):
            content_of(permit, place, raw)


def _content(permit: PermitFile, data: bytes) -> dict[Place, bytes]:
    """`data` laid over the content of an invented permit, so that a few bytes are enough to change a field."""
    usual = _CONTENTS[PERMITS.index(permit)]
    content: dict[Place, bytes] = {}
    at = 0
    for place, raw in usual.items():
        laid = data[at : at + len(raw)]
        content[place] = laid + raw[len(laid) :]
        at += len(raw)
    return content
