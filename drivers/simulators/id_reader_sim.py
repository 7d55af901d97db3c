"""The identity-card reader, simulated at the wire: a GA/T 467 module at the end of a pseudo-terminal.

Actions: `lay_down(person)`, `lift()`. A card that was read is not found again until it is lifted, as on real modules.
"""

from __future__ import annotations

import random
import zlib
from dataclasses import dataclass
from pathlib import Path

from drivers.id_reader.codes import Sw3
from drivers.id_reader.frames import (
    HEADER,
    SPEED_PARAMETERS,
    Answer,
    Blocks,
    Command,
    CorruptFrame,
    Flaw,
    RequestDecoder,
    encode_blocks,
    module_id_bytes,
)
from drivers.id_reader.text_block import (
    CitizenText,
    Foreign2017Text,
    Foreign2023Text,
    HmtText,
    HolderText,
    encode_newest_address,
    encode_text_block,
)
from drivers.simulators.activity import ActivityLog
from drivers.simulators.line_faults import LineFaults
from drivers.simulators.pty_line import PtyLine
from drivers.simulators.residents import Person

MODULE_ID = "05.01-20260101-0000000042-1234567890"  # invented
LATE_S = 4.0  # longer than any time-out of the device file
LATE_STEP_S = 0.02

# Device times seen in the field, without the line.
ANSWER_S = 0.002
FIND_S = 0.06
SELECT_S = 0.06
READ_S = 0.6
READ_FINGERPRINT_S = 1.2
READ_ADDRESS_S = 0.12

_BAUDS = {parameter: baud for baud, parameter in SPEED_PARAMETERS.items()}
_FOREIGN_FRAME = bytes.fromhex("55AA0003A1B2C3D4")  # another header, as vendors' own frames have


@dataclass(slots=True)
class _Field:
    """The card on the antenna, and the module's progress with it."""

    person: Person | None = None
    found: bool = False
    selected: bool = False
    read: bool = False


def holder_text(person: Person) -> HolderText:
    """The text block of this person's identity card."""
    match person.kind:
        case "hmt":
            return HmtText(
                name=person.name,
                sex_code=person.sex,
                birth=person.birth,
                id_number=person.number,
                valid_from=person.valid_from,
                valid_to=person.valid_to,
                address=person.address,
                authority=person.authority,
                travel_permit_number=person.travel_permit_number,
                issue_count=person.issue_count,
            )
        case "foreign_2017":
            return Foreign2017Text(
                name=person.name,
                sex_code=person.sex,
                birth=person.birth,
                id_number=person.number,
                valid_from=person.valid_from,
                valid_to=person.valid_to,
                english_name=person.english_name,
                nationality=person.nationality,
                card_version=person.card_version,
                authority=person.authority,
            )
        case "foreign_2023":
            return Foreign2023Text(
                name=person.name,
                sex_code=person.sex,
                birth=person.birth,
                id_number=person.number,
                valid_from=person.valid_from,
                valid_to=person.valid_to,
                english_name=person.english_name,
                nationality=person.nationality,
                renewals=person.renewals,
                old_number_link=person.old_number_link,
            )
        case _:
            return CitizenText(
                name=person.name,
                sex_code=person.sex,
                birth=person.birth,
                id_number=person.number,
                valid_from=person.valid_from,
                valid_to=person.valid_to,
                ethnicity_code=person.ethnicity,
                address=person.address,
                authority=person.authority,
            )


def raw_photo(person: Person) -> bytes:
    """1024 bytes in place of a WLT photo: no picture, and always the same for one person."""
    return b"WLf\0" + random.Random(zlib.crc32(person.id.encode())).randbytes(1020)


class IdReaderSim(LineFaults):
    """One module. `start` returns the URL of its line."""

    fault_names: tuple[str, ...] = (
        "silent",
        "garbled",
        "garbled_once",
        "noise_before",
        "noise_after",
        "foreign_frame",
        "late",
        "truncated",
        "unplugged",
        "read_fails",
        "select_fails",
        "random_refusal",
        "self_test_fails",
    )

    def __init__(self, activity: ActivityLog, pace: float, run_dir: Path) -> None:
        super().__init__(PtyLine("id_reader", self._hear, activity, pace, run_dir / "id-reader"))
        self._decoder = RequestDecoder()
        self._field = _Field()
        self._asked: list[tuple[int, int]] = []
        self.max_rf_bytes = 255

    @property
    def baud(self) -> int:
        """The module's own speed; it outlives an unplug."""
        return self._line.baud

    @property
    def commands(self) -> list[tuple[int, int]]:
        """CMD and Para of every good request so far."""
        with self._lock:
            return list(self._asked)

    def start(self) -> str:
        """Begin to listen; returns the URL."""
        return self._line.start()

    def stop(self) -> None:
        """Close the line; may be called twice."""
        self._line.stop()

    def lay_down(self, person: Person) -> None:
        """Lay this person's identity card on the reader, in place of any other."""
        with self._lock:
            self._field = _Field(person)

    def lift(self) -> None:
        """Take the card away."""
        with self._lock:
            self._field = _Field()

    def _powered_on(self) -> None:
        self._decoder = RequestDecoder()
        with self._lock:
            self._field = _Field(self._field.person)

    def _hear(self, data: bytes) -> None:
        for found in self._decoder.feed(data):
            if isinstance(found, CorruptFrame):
                self._send(Answer(Sw3.CHECK_SUM if found.flaw is Flaw.CHECK_SUM else Sw3.LENGTH))
                continue
            cmd, para, rest = found
            with self._lock:
                self._asked.append((cmd, para))
            if self._has("silent"):
                continue
            answer = self._answer(cmd, para, rest)
            self._be_late()
            self._send(answer)
            if cmd == 0x60 and answer.sw3 == Sw3.OK:
                self._line.baud = _BAUDS[para]

    def _be_late(self) -> None:
        for _ in range(int(LATE_S / LATE_STEP_S)):
            if not self._has("late"):
                return
            self._line.pause(LATE_STEP_S)

    def _send(self, answer: Answer) -> None:
        frame = answer.encode()
        if self._has("garbled") or self._has("garbled_once"):
            middle = len(frame) - 2
            frame = frame[:middle] + bytes((frame[middle] ^ 0x10,)) + frame[middle + 1 :]
            with self._lock:
                self._faults.discard("garbled_once")
        if self._has("truncated"):
            frame = frame[: len(frame) // 2]
        if self._has("noise_before"):
            frame = b"\x00\xff\xaa\xaa" + frame
        if self._has("foreign_frame"):
            frame = _FOREIGN_FRAME + frame
        if self._has("noise_after"):
            frame = frame + b"\x5a" + HEADER[:3]
        self._line.send(frame)

    def _answer(self, cmd: int, para: int, rest: bytes) -> Answer:
        try:
            command = Command((cmd, para))
        except ValueError:
            return Answer(Sw3.UNKNOWN_COMMAND)
        match command:
            case Command.FIND:
                return self._find()
            case Command.SELECT:
                return self._select()
            case Command.READ_TEXT_AND_PHOTO:
                return self._read(READ_S, None)
            case Command.READ_TEXT_PHOTO_AND_FINGERPRINT:
                return self._read(READ_FINGERPRINT_S, bytes(1024))
            case Command.READ_NEWEST_ADDRESS:
                return self._read_newest_address()
        self._line.busy(ANSWER_S, command.name)
        if command is Command.STATUS and self._has("self_test_fails"):
            return Answer(Sw3.SELF_TEST)
        if command is Command.MODULE_ID:
            return Answer(Sw3.OK, module_id_bytes(MODULE_ID))
        if command is Command.RESET:
            with self._lock:
                self._field = _Field(self._field.person)
        if command is Command.SET_MAX_RF_BYTES:
            if len(rest) != 1 or rest[0] < 24:
                return Answer(Sw3.COMMAND)
            self.max_rf_bytes = rest[0]
        return Answer(Sw3.OK)

    def _find(self) -> Answer:
        self._line.busy(FIND_S, "find")
        with self._lock:
            if self._field.person is None or self._field.read:
                return Answer(Sw3.FIND_FAILED)
            self._field.found, self._field.selected = True, False
            return Answer(Sw3.FOUND, bytes(4))

    def _select(self) -> Answer:
        self._line.busy(SELECT_S, "select")
        with self._lock:
            if not self._field.found or "select_fails" in self._faults:
                return Answer(Sw3.SELECT_FAILED)
            self._field.selected = True
            return Answer(Sw3.OK, bytes(8))

    def _selected(self) -> _Field | None:
        with self._lock:
            return self._field if self._field.selected else None

    def _read(self, seconds: float, fingerprint: bytes | None) -> Answer:
        before = self._selected()
        if before is None:
            self._line.busy(ANSWER_S, "read")
            return Answer(Sw3.NOT_FOUND_YET)
        self._line.busy(seconds, "read")
        refusal = self._refusal(before)
        if refusal is not None:
            return refusal
        assert before.person is not None
        with self._lock:
            before.read = True
        text = encode_text_block(holder_text(before.person))
        return Answer(Sw3.OK, encode_blocks(Blocks(text, raw_photo(before.person), fingerprint)))

    def _read_newest_address(self) -> Answer:
        before = self._selected()
        if before is None:
            self._line.busy(ANSWER_S, "newest address")
            return Answer(Sw3.READ_FAILED)
        self._line.busy(READ_ADDRESS_S, "newest address")
        refusal = self._refusal(before)
        if refusal is not None:
            return refusal
        assert before.person is not None
        if before.person.newest_address is None:
            return Answer(Sw3.NOTHING_STORED)
        return Answer(Sw3.OK, encode_newest_address(before.person.newest_address))

    def _refusal(self, before: _Field) -> Answer | None:
        """The refusal of a read that began with `before` on the antenna, or None."""
        with self._lock:
            if self._field is not before or "read_fails" in self._faults:
                self._field.found = self._field.selected = False
                return Answer(Sw3.READ_FAILED, sw1=0x69, sw2=0x88)
            if "random_refusal" in self._faults:
                return Answer(Sw3.RANDOM)
            return None
