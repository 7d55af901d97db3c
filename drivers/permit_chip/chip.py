"""The permit's chip: open, read, relay central's commands, close. The driver never has a key."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from types import TracebackType

from drivers.apdu_exchange import exchange as exchange_of_chip
from drivers.errors import NotAPermit, StatusWordError, TransportError, UnexpectedReply
from drivers.permit_chip import allow_list, apdu
from drivers.permit_chip.commands import content_of, read_commands
from drivers.permit_chip.records import ChipRecord, RelayCommand
from drivers.permit_file.permit_file import PermitFile, Place
from drivers.transport.base import ApduAnswer, ApduTransport, ConnectedChip, Coupler

DEVICE = "permit_chip"

# Applications of cards that people insert by mistake.
FOREIGN_APPLICATIONS = (
    ("epassport", bytes.fromhex("A0000002471001")),  # ICAO 9303-10
    ("bank", b"1PAY.SYS.DDF01"),  # EMV book 1, contact
    ("bank", b"2PAY.SYS.DDF01"),  # EMV book 1, contactless
)
STORAGE_RID = bytes.fromhex("A000000306")  # PC/SC part 3: in the ATR of memory chips


class ForeignChip(NotAPermit):
    """A chip answers, but it is no permit. `kind`: "epassport", "bank", "memory", or "unknown" (also a blank chip)."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"the chip is no permit known here, but: {kind}", device=DEVICE)
        self.kind = kind


def exchange(chip: ApduTransport, command: bytes) -> ApduAnswer:
    """Send one command to a permit's chip and collect its whole answer."""
    return exchange_of_chip(chip, command, DEVICE)


class PermitChip:
    """The chip of the permit at the station. One thread may use it at a time.

    `permit_files` in the order in which they are tried.
    """

    def __init__(self, coupler: Coupler, permit_files: Sequence[PermitFile]) -> None:
        self._coupler = coupler
        self._permit_files = tuple(file for file in permit_files if file.mode != "face_only")
        self._chip: ConnectedChip | None = None
        self._permit_file: PermitFile | None = None
        self._selected: allow_list.Selection = None
        self._try_was_lost = False

    @property
    def permit_file(self) -> PermitFile:
        """The layout of the open chip. Raises ValueError if none is open."""
        if self._permit_file is None:
            raise ValueError("no chip is open")
        return self._permit_file

    def open(self, timeout_s: float) -> PermitFile:
        """Wait for a chip, power it, and find out which kind of permit it is.

        Raises `NoChip`, `ForeignChip` (a `NotAPermit`; the chip is then released), or a `TransportError`.
        """
        self.close()
        chip = self._chip = self._coupler.connect(timeout_s)
        try:
            for permit_file in self._permit_files:
                if exchange(chip, apdu.select_application(permit_file.aid)).sw == apdu.OK:
                    self._permit_file, self._selected = permit_file, ()
                    return permit_file
            raise ForeignChip(_foreign_kind(chip))
        except (TransportError, UnexpectedReply, NotAPermit):
            self.close()
            raise

    def read(self) -> ChipRecord:
        """Everything the chip holds. Raises `StatusWordError` or `ChipContentCorrupt`, and `TransportError`."""
        permit = self.permit_file
        return ChipRecord(permit.name, self._open_chip().atr, permit.decode(self._content(None)))

    def read_serial_and_atr(self) -> tuple[str, bytes]:
        """The chip's serial number (upper-case hex) and its answer to reset, with which a chip session begins."""
        permit = self.permit_file
        field = permit.field("chip_serial")
        content = self._content([(field.file, field.tag)])
        return str(permit.decode_field("chip_serial", content)), self._open_chip().atr

    def _content(self, only: Collection[Place] | None) -> dict[Place, bytes]:
        permit = self.permit_file
        if self._selected != ():
            self._expect_ok(apdu.select_application(permit.aid), "selecting the permit")
            self._selected = ()
        content: dict[Place, bytes] = {}
        for command, place in read_commands(permit, only):
            answer = self._expect_ok(command.apdu, "selecting a file" if place is None else f"reading {place[0]}")
            self._selected = allow_list.selection_after(permit, command.apdu, self._selected)
            if place is not None:
                content[place] = content_of(permit, place, answer.data)
        return content

    def relay(
        self,
        commands: Sequence[RelayCommand],
        on_answer: Callable[[int, ApduAnswer], None] | None = None,
    ) -> list[ApduAnswer]:
        """Send central's commands in order and return the answers.

        The whole batch is checked against the permit file first: `CommandNotAllowed` means that nothing was sent. The
        relay stops at the first status word that a command does not expect. That answer is the last of the list, and
        central judges it. No command is repeated. `on_answer(index, answer)` is called after each. Raises
        `TransportError` when the chip is lost; whether its last command was carried out is then unknown.
        """
        permit = self.permit_file
        led_to = allow_list.check_batch(permit, commands, self._selected, updates_allowed=not self._try_was_lost)
        chip = self._open_chip()
        answers: list[ApduAnswer] = []
        for index, command in enumerate(commands):
            answer = exchange(chip, command.apdu)
            answers.append(answer)
            self._try_was_lost |= answer.sw in apdu.NEVER_REPEAT
            if answer.sw == apdu.OK:
                self._selected = led_to[index]
            if on_answer is not None:
                on_answer(index, answer)
            if answer.sw not in command.expect:
                break
        return answers

    def _expect_ok(self, command: bytes, doing: str) -> ApduAnswer:
        answer = exchange(self._open_chip(), command)
        if answer.sw != apdu.OK:
            raise StatusWordError(answer.sw, doing=doing)
        return answer

    def _open_chip(self) -> ConnectedChip:
        if self._chip is None:
            raise ValueError("no chip is open")
        return self._chip

    def close(self) -> None:
        """Power the chip off and release the slot's chip; may be called twice."""
        chip, self._chip = self._chip, None
        self._permit_file, self._selected, self._try_was_lost = None, None, False
        if chip is not None:
            chip.close()

    def __enter__(self) -> PermitChip:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        raised: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()


def _foreign_kind(chip: ConnectedChip) -> str:
    if STORAGE_RID in chip.atr:
        return "memory"
    for kind, application in FOREIGN_APPLICATIONS:
        if exchange(chip, apdu.select_application(application)).sw == apdu.OK:
            return kind
    return "unknown"
