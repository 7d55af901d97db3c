"""The identity-card reader. Every verb either succeeds or raises a `DriverError`."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from drivers.errors import (
    DriverError,
    FrameCorrupt,
    IdCardUnreadable,
    LinkLost,
    LinkTimeout,
    NeedsRepair,
    ProtocolError,
    TransportError,
    UnexpectedReply,
)
from drivers.id_reader.codes import Sw3, sw3_meaning
from drivers.id_reader.frames import (
    DEVICE,
    MODULE_ID_BYTES,
    NEWEST_ADDRESS_BYTES,
    Answer,
    AnswerDecoder,
    Blocks,
    Command,
    CorruptFrame,
    Request,
    blocks_with_fingerprint,
    blocks_without_fingerprint,
    module_id_text,
)
from drivers.id_reader.reader_file import IdReaderFile
from drivers.id_reader.text_block import (
    CitizenText,
    HmtText,
    HolderText,
    TextBlockInvalid,
    parse_newest_address,
    parse_text_block,
)
from drivers.transport.base import ByteTransport

READ_BYTES = 4096
LONGEST_READ_BYTES = 2400  # request and answer of a read with fingerprints, on the line
LONGEST_OTHER_BYTES = 100  # the same of every other command
QUIET_S = 0.05  # after a corrupt frame, silence of this length means that nothing more of it comes
DRAIN_READS = 64  # more than any buffer holds; bounds the reading of a line that never falls silent
MIN_RF_BYTES, MAX_RF_BYTES = 24, 255

PhotoDecoder = Callable[[bytes], "bytes | None"]

# Statuses that the manual allows for any request, grouped by who must act.
_ABOUT_ID_CARD = frozenset(
    {
        Sw3.ID_CARD_REFUSED_MODULE,
        Sw3.MODULE_REFUSED_ID_CARD,
        Sw3.VERIFICATION,
        Sw3.NOT_FOUND_YET,
        Sw3.ID_CARD_TYPE,
        Sw3.READ_FAILED,
        Sw3.RANDOM,
        Sw3.WRITE,
        Sw3.FIND_FAILED,
        Sw3.SELECT_FAILED,
    }
)
_ABOUT_MODULE = frozenset({Sw3.SELF_TEST, Sw3.LOGIN, Sw3.NOT_AUTHORISED})
_ABOUT_REQUEST = frozenset({Sw3.CHECK_SUM, Sw3.LENGTH})
_ABOUT_COMMAND = frozenset({Sw3.COMMAND, Sw3.NOT_PERMITTED, Sw3.UNKNOWN_COMMAND})
_READS = frozenset({Command.READ_TEXT_AND_PHOTO, Command.READ_TEXT_PHOTO_AND_FINGERPRINT})
_REFUSALS = (_ABOUT_ID_CARD - {Sw3.FIND_FAILED, Sw3.SELECT_FAILED}) | _ABOUT_MODULE | _ABOUT_REQUEST | _ABOUT_COMMAND


def no_picture(raw_photo: bytes) -> bytes | None:
    """The only photo decoder: it returns None, because no open decoder of the WLT format exists."""
    return None


@dataclass(frozen=True, slots=True)
class IdCardRecord:
    """One identity card. `photo_raw` is the WLT block (1024 bytes), `photo` the decoded photo (or None),
    `newest_address` an address written after the card was made (None: there is none). Personal: not shown.
    """

    text: HolderText = field(repr=False)
    photo_raw: bytes = field(repr=False)
    photo: bytes | None = field(repr=False)
    newest_address: str | None = field(repr=False)


def _fits(command: Command, answer: Answer) -> bool:
    """Whether an answer can belong to `command`. Answers do not name their command, and a late one would otherwise be
    taken for the next command's.
    """
    if answer.sw3 in _REFUSALS:
        return True
    match command:
        case Command.FIND:
            return answer.sw3 in (Sw3.FOUND, Sw3.FIND_FAILED)
        case Command.SELECT:
            return answer.sw3 == Sw3.SELECT_FAILED or (answer.sw3 == Sw3.OK and len(answer.data) > 0)
        case Command.MODULE_ID:
            return answer.sw3 == Sw3.OK and len(answer.data) == MODULE_ID_BYTES
        case Command.READ_TEXT_AND_PHOTO | Command.READ_TEXT_PHOTO_AND_FINGERPRINT:
            return answer.sw3 == Sw3.OK and len(answer.data) > NEWEST_ADDRESS_BYTES
        case Command.READ_NEWEST_ADDRESS:
            return answer.sw3 == Sw3.NOTHING_STORED or (
                answer.sw3 == Sw3.OK and len(answer.data) == NEWEST_ADDRESS_BYTES
            )
        case _:
            return answer.sw3 == Sw3.OK and not answer.data


class IdReader:
    """One reader on one line; one thread uses it.

    `open_at(baud)` opens the line at a speed. A verb on a closed reader opens it first; after a `TransportError` it is
    closed, so that the next verb begins with a fresh line. Every verb may raise `LinkLost`, `LinkTimeout` (silence),
    `FrameCorrupt` (corrupt twice running), `UnexpectedReply`, `NeedsRepair` (the security module) or, about the card,
    `IdCardUnreadable`.
    """

    def __init__(
        self,
        open_at: Callable[[int], ByteTransport],
        device_file: IdReaderFile,
        decode_photo: PhotoDecoder = no_picture,
    ) -> None:
        self._open_at = open_at
        self._file = device_file
        self._decode_photo = decode_photo
        self._transport: ByteTransport | None = None
        self._baud = device_file.default_baud
        self._known_baud = device_file.default_baud

    @property
    def baud(self) -> int:
        """The speed of the last opened line: that of the module, if it was found."""
        return self._baud

    def open(self) -> None:
        """Open the line at the speed that the module answers at.

        The speed that it was last found at (at first the default) comes first, in the middle and at the end, so that a
        module that wakes up meanwhile is met soon: it needs two seconds after power-up. Between come the others,
        because a speed set once may persist. Raises `LinkTimeout` if there is no answer at any, `LinkLost` if there is
        no line.
        """
        self.close()
        began = time.monotonic()
        known = self._known_baud
        others = [baud for baud in self._file.speeds if baud != known]
        half = len(others) // 2
        while True:
            for baud in (known, *others[:half], known, *others[half:], known):
                if self._answers_at(baud):
                    self._known_baud = baud
                    return
            if time.monotonic() - began > self._file.power_up_s:
                break
        raise LinkTimeout("the reader is silent at every speed", device=DEVICE, waited_s=time.monotonic() - began)

    def _answers_at(self, baud: int) -> bool:
        """Whether a module answers at this speed, with any frame, even a damaged or unexpected one. At a wrong speed
        not even the five header bytes come through, so a disturbed line does not start a search for another speed.
        """
        self._transport = self._open_at(baud)
        self._baud = baud
        try:
            self._exchange(Request.of(Command.STATUS), Command.STATUS, self._file.timeouts_s.probe)
        except LinkTimeout:
            self.close()
            return False
        except ProtocolError:
            return True
        except TransportError:
            self.close()
            raise
        return True

    def close(self) -> None:
        """Release the line; may be called twice."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def self_test(self) -> None:
        """Ask the security module for its state. Raises `NeedsRepair` (status 60) if its self-test failed."""
        self._order(Command.STATUS)

    def reset(self) -> None:
        """Reset the security module."""
        self._order(Command.RESET)

    def set_max_rf_bytes(self, count: int) -> None:
        """Limit a radio frame to `count` bytes (24 to 255; ValueError)."""
        if not MIN_RF_BYTES <= count <= MAX_RF_BYTES:
            raise ValueError(f"{count} bytes per radio frame: must be {MIN_RF_BYTES} to {MAX_RF_BYTES}")
        self._order(Command.SET_MAX_RF_BYTES, bytes((count,)))

    def set_speed(self, baud: int) -> None:
        """Change module and line to `baud`, which must be one of the device file's speeds (ValueError). It may persist.

        The module still answers at the old speed [?]; the line is reopened at the new one and proven.
        """
        if baud not in self._file.speeds:
            raise ValueError(f"speed {baud} is not in the device file")
        self._order(Command.set_speed(baud))
        self.close()
        self._known_baud = baud
        if not self._answers_at(baud):
            raise LinkTimeout(
                f"the reader took the speed {baud} and is silent at it",
                device=DEVICE,
                waited_s=self._file.timeouts_s.probe,
            )

    def read_module_id(self) -> str:
        """The security module's number as printed on it, such as 05.01-20260101-0000000042-0000000042."""
        answer = self._ask(Command.MODULE_ID, self._file.timeouts_s.status)
        self._require(Command.MODULE_ID, answer, Sw3.OK)
        return module_id_text(answer.data)

    def find(self) -> bool:
        """Look for a card that has not been read yet. False: there is none, or the card that was read still lies there.
        The module cannot distinguish these (two or more sources).
        """
        answer = self._ask(Command.FIND, self._file.timeouts_s.find)
        if answer.sw3 == Sw3.FIND_FAILED:
            return False
        self._require(Command.FIND, answer, Sw3.FOUND)
        return True

    def select(self) -> bool:
        """Select the card that was found. False: select failed (81)."""
        answer = self._ask(Command.SELECT, self._file.timeouts_s.select)
        if answer.sw3 == Sw3.SELECT_FAILED:
            return False
        self._require(Command.SELECT, answer, Sw3.OK)
        return True

    def read_text_and_photo(self) -> Blocks:
        """Read the selected card. Raises `IdCardUnreadable`."""
        answer = self._ask(Command.READ_TEXT_AND_PHOTO, self._file.timeouts_s.text_and_photo)
        self._require(Command.READ_TEXT_AND_PHOTO, answer, Sw3.OK)
        return blocks_without_fingerprint(answer.data)

    def read_text_photo_and_fingerprint(self) -> Blocks:
        """Read the selected card with its fingerprints: 0, 512 or 1024 bytes. Raises `IdCardUnreadable`."""
        answer = self._ask(Command.READ_TEXT_PHOTO_AND_FINGERPRINT, self._file.timeouts_s.fingerprint)
        self._require(Command.READ_TEXT_PHOTO_AND_FINGERPRINT, answer, Sw3.OK)
        return blocks_with_fingerprint(answer.data)

    def read_newest_address(self) -> str | None:
        """The address written after the selected card was made; None if none was. Raises `IdCardUnreadable`."""
        answer = self._ask(Command.READ_NEWEST_ADDRESS, self._file.timeouts_s.newest_address)
        if answer.sw3 == Sw3.NOTHING_STORED:
            return None
        self._require(Command.READ_NEWEST_ADDRESS, answer, Sw3.OK)
        return parse_newest_address(answer.data) or None

    def read_id_card(self) -> IdCardRecord | None:
        """One poll: find, select, read. None: there is nothing to read (no card, or one that was read and still lies
        there). Raises `IdCardUnreadable`: ask to lift the card and lay it down again."""
        if not self.find():
            return None
        if not self.select():
            raise IdCardUnreadable("the identity card was found and could not be selected", sw3=Sw3.SELECT_FAILED)
        blocks = self.read_text_and_photo()
        try:
            text = parse_text_block(blocks.text)
        except TextBlockInvalid as error:
            # The check sum was right, so the cause is this card and not the line.
            raise IdCardUnreadable(f"the identity card was read and makes no sense: {error}") from error
        newest_address = None
        if self._file.reads_newest_address and isinstance(text, CitizenText | HmtText):
            newest_address = self.read_newest_address()
        return IdCardRecord(text, blocks.photo, self._decode_photo(blocks.photo), newest_address)

    def id_card_still_there(self) -> bool | None:
        """After a good read, whether the card still lies there; None where the device file says that this module cannot
        tell. Asked by `30 03`, which is answered only while the selected card lies there [?].
        """
        if not self._file.detects_presence_after_read:
            return None
        answer = self._ask(Command.READ_NEWEST_ADDRESS, self._file.timeouts_s.newest_address)
        if answer.sw3 in _ABOUT_ID_CARD:
            return False
        if answer.sw3 != Sw3.NOTHING_STORED:
            self._require(Command.READ_NEWEST_ADDRESS, answer, Sw3.OK)
        return True

    def _order(self, command: Command, data: bytes = b"") -> None:
        self._require(command, self._ask(command, self._file.timeouts_s.status, data), Sw3.OK)

    def _require(self, command: Command, answer: Answer, wanted: Sw3) -> None:
        if answer.sw3 != wanted:
            raise _refusal(command, answer)

    def _ask(self, command: Command, timeout_s: float, data: bytes = b"") -> Answer:
        """Send a command and return its answer. If a kept line is lost (the reader, or the server before it, was
        restarted), the command is sent again on a new line; all commands may be repeated safely.
        """
        was_open = self._transport is not None
        if self._transport is None:
            self.open()
        request = Request.of(command, data)
        try:
            try:
                return self._ask_twice(request, command, timeout_s)
            except LinkLost:
                if not was_open:
                    raise
                self.open()
                return self._ask_twice(request, command, timeout_s)
        except TransportError:
            self.close()
            raise

    def _ask_twice(self, request: Request, command: Command, timeout_s: float) -> Answer:
        """Send a command and return its answer. It is sent once more if the answer was corrupt, or the request
        according to the module: a disturbed line may recover, a broken one does not.
        """
        try:
            answer = self._exchange(request, command, timeout_s)
            if answer.sw3 not in _ABOUT_REQUEST:
                return answer
        except FrameCorrupt:
            pass
        answer = self._exchange(request, command, timeout_s)
        if answer.sw3 in _ABOUT_REQUEST:
            raise FrameCorrupt(f"{command.name}: the module received a corrupt request twice", device=DEVICE)
        return answer

    def _exchange(self, request: Request, command: Command, timeout_s: float) -> Answer:
        assert self._transport is not None
        self._drain(self._transport)
        self._transport.write(request.encode())
        line_bytes = LONGEST_READ_BYTES if command in _READS else LONGEST_OTHER_BYTES
        return self._receive(self._transport, command, timeout_s + line_bytes * 10 / self._baud)

    @staticmethod
    def _drain(transport: ByteTransport) -> None:
        for _ in range(DRAIN_READS):
            if not transport.read(READ_BYTES, 0.0):
                return

    @staticmethod
    def _receive(transport: ByteTransport, command: Command, timeout_s: float) -> Answer:
        decoder = AnswerDecoder()
        corrupt: CorruptFrame | None = None
        misfit: Answer | None = None
        deadline = time.monotonic() + timeout_s
        while (left_s := deadline - time.monotonic()) > 0:
            data = transport.read(READ_BYTES, left_s if corrupt is None else min(left_s, QUIET_S))
            if not data:
                break
            for found in decoder.feed(data):
                if isinstance(found, CorruptFrame):
                    corrupt = found
                elif _fits(command, found):
                    return found
                else:
                    misfit = found
        for found in decoder.finish():
            if isinstance(found, CorruptFrame):
                corrupt = corrupt or found
            elif _fits(command, found):
                return found
        if corrupt is not None:
            raise FrameCorrupt(
                f"{command.name}: a frame with a wrong {corrupt.flaw.value}, length word {corrupt.length}",
                device=DEVICE,
            )
        if misfit is not None:
            raise UnexpectedReply(
                f"{command.name}: status {misfit.sw3:02X} with {len(misfit.data)} bytes", device=DEVICE
            )
        raise LinkTimeout(f"{command.name}: no answer within {timeout_s:.1f} s", device=DEVICE, waited_s=timeout_s)


def _refusal(command: Command, answer: Answer) -> DriverError:
    said = f"{command.name}: status {answer.sw3:02X} ({sw3_meaning(answer.sw3)})"
    if answer.sw3 in _ABOUT_ID_CARD:
        return IdCardUnreadable(said, sw3=answer.sw3)
    if answer.sw3 in _ABOUT_MODULE:
        return NeedsRepair(said, device=DEVICE, status=answer.sw3)
    return UnexpectedReply(said, device=DEVICE)
