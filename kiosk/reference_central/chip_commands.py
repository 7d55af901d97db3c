"""Composes the batches that are relayed to a chip, from the permit file, and decodes their answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from drivers.permit_chip import apdu
from drivers.permit_chip.commands import content_of, read_commands, select_path, unsigned_update
from drivers.permit_file.permit_file import ChipFile, PermitFile, Place, ProtectedWrite
from kiosk.central.contract import ChipAnswer, ChipCommand, PermitContent
from kiosk.domain.identity_number import PermitNumber, permit_number
from kiosk.reference_central.hsm import Hsm


@dataclass(frozen=True, slots=True)
class ChipReading:
    """The content of a chip: its serial, its number, and the bytes at every place."""

    chip_serial: str
    permit_number: PermitNumber = field(repr=False)
    content: Mapping[Place, bytes] = field(repr=False)


class ChipCommands:
    """Commands for the chips of one permit file. Protected writes carry a MAC that the HSM made for this one chip."""

    def __init__(self, permit_file: PermitFile, hsm: Hsm) -> None:
        self._permit_file = permit_file
        self._hsm = hsm
        self._reads = read_commands(permit_file)
        written = {self._place(write.file, write.place) for write in permit_file.writes}
        self._reads_back = read_commands(permit_file, written)
        self._selects = any(place is None for _, place in self._reads_back)

    def writes(self, content: PermitContent) -> tuple[ProtectedWrite, ...]:
        """The protected writes of `content`. Raises ValueError where it does not fit the chip."""
        values = {name: getattr(content, name) for name in self._permit_file.rewritable}
        return self._permit_file.encode_update(values)

    def probe(self, write_index: int) -> list[ChipCommand]:
        """Select, read everything, and fetch a challenge for the write that will probably be the first."""
        commands = [self._application(), *(_plain(command.apdu) for command, _ in self._reads)]
        return [*commands, *self._reach(write_index, self._path_after_reading()), _plain(apdu.get_challenge())]

    def challenge(self, write_index: int) -> list[ChipCommand]:
        """Fetch a fresh challenge for a write, whatever the chip's present selection."""
        return [self._application(), *self._reach(write_index, ()), _plain(apdu.get_challenge())]

    def write(
        self, write: ProtectedWrite, chip_serial: str, challenge: bytes, next_index: int | None
    ) -> list[ChipCommand]:
        """One protected write; then the challenge for the next one or, after the last, everything written read back."""
        unsigned = unsigned_update(self._permit_file, write)
        mac = self._hsm.chip_mac(
            self._permit_file.mac, bytes.fromhex(chip_serial), challenge, unsigned[:4], unsigned[5:]
        )
        update = _plain(unsigned + mac)
        if next_index is None:
            return [update, *self.read_back()]
        path = self._permit_file.file(write.file).path
        return [update, *self._reach(next_index, path), _plain(apdu.get_challenge())]

    def read_back(self) -> list[ChipCommand]:
        """Read everything that an endorsement writes."""
        commands = [_plain(command.apdu) for command, _ in self._reads_back]
        return [self._application(), *commands] if self._selects else commands

    def reading(self, answers: Sequence[ChipAnswer]) -> ChipReading:
        """The reading in a probe's answers. Raises `ChipContentCorrupt`."""
        content = self._content(self._reads, answers[1:])
        values = self._permit_file.decode(content)
        return ChipReading(str(values["chip_serial"]), permit_number(str(values["permit_number"])), content)

    def content_read_back(self, answers: Sequence[ChipAnswer]) -> Mapping[Place, bytes]:
        """The content in the answers to `read_back`. Raises `ChipContentCorrupt`."""
        return self._content(self._reads_back, answers[1:] if self._selects else answers)

    def open_writes(
        self, content: Mapping[Place, bytes], new: Sequence[ProtectedWrite], old: Sequence[ProtectedWrite]
    ) -> tuple[int, ...] | None:
        """The indices of the writes that the chip does not hold yet, in order. None: it holds neither old nor new
        content. Values are compared and not bytes, because other software may end texts in another way.
        """
        held = [
            self._permit_file.as_written(planned, self._held(content, write))
            for planned, write in zip(self._permit_file.writes, new, strict=True)
        ]
        if any(held[at] not in (new[at].data, old[at].data) for at in range(len(new))):
            return None
        return tuple(at for at in range(len(new)) if held[at] != new[at].data)

    def _held(self, content: Mapping[Place, bytes], write: ProtectedWrite) -> bytes:
        if self._permit_file.file(write.file).structure == "transparent":
            return content[write.file, 0][write.place : write.place + len(write.data)]
        return content[write.file, write.place]

    def _content(
        self, reads: Sequence[tuple[object, Place | None]], answers: Sequence[ChipAnswer]
    ) -> dict[Place, bytes]:
        return {
            place: content_of(self._permit_file, place, bytes.fromhex(answer.data))
            for (_, place), answer in zip(reads, answers, strict=False)
            if place is not None
        }

    def _place(self, file: str, place: int) -> Place:
        return (file, 0) if self._permit_file.file(file).structure == "transparent" else (file, place)

    def _application(self) -> ChipCommand:
        return _plain(apdu.select_application(self._permit_file.aid))

    def _path_after_reading(self) -> tuple[int, ...]:
        paths = [self._permit_file.file(place[0]).path for _, place in self._reads if place is not None]
        return next((path for path in reversed(paths) if path), ())

    def _reach(self, write_index: int, at: tuple[int, ...]) -> list[ChipCommand]:
        """The selections for a write's file. They come before the challenge, which is valid for one command only."""
        file: ChipFile = self._permit_file.file(self._permit_file.writes[write_index].file)
        if file.structure == "transparent" or file.path == at:
            return []
        down = [_plain(command) for command in select_path(self._permit_file, file)]
        return [self._application(), *down] if at else down


def _plain(command: bytes) -> ChipCommand:
    return ChipCommand(apdu=command.hex().upper())
