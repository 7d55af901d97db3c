"""The device file of an identity-card reader."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from drivers.device_file import FileTable
from drivers.id_reader.frames import SPEED_PARAMETERS


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How many seconds the module may take to answer, without the time on the line."""

    probe: float
    status: float
    find: float
    select: float
    text_and_photo: float
    fingerprint: float
    newest_address: float


@dataclass(frozen=True, slots=True)
class IdReaderFile:
    """One model of reader. `speeds`: in the order in which they are tried after `default_baud`; `poll_interval_s`:
    seconds between two polls, for the caller.

    `detects_presence_after_read`: the module answers `30 03` while a card that was read still lies there [?].
    """

    model: str
    default_baud: int
    speeds: tuple[int, ...]
    power_up_s: float
    poll_interval_s: float
    reads_newest_address: bool
    detects_presence_after_read: bool
    timeouts_s: Timeouts

    @classmethod
    def load(cls, path: Path) -> IdReaderFile:
        """Read a device file. Raises `DeviceFileError` with every mistake in it."""
        table = FileTable.of_file(path)
        table.text("kind", one_of=("id_reader",))
        times = table.table("timeouts_s")
        loaded = cls(
            model=table.text("model"),
            default_baud=table.whole("default_baud", 9600, 115200),
            speeds=table.wholes("speeds", 9600, 115200),
            power_up_s=table.seconds("power_up_s", high=10.0),
            poll_interval_s=table.seconds("poll_interval_s", high=5.0),
            reads_newest_address=table.truth("reads_newest_address"),
            detects_presence_after_read=table.truth("detects_presence_after_read"),
            timeouts_s=Timeouts(
                probe=times.seconds("probe", high=10.0),
                status=times.seconds("status", high=10.0),
                find=times.seconds("find", high=10.0),
                select=times.seconds("select", high=10.0),
                text_and_photo=times.seconds("text_and_photo", high=10.0),
                fingerprint=times.seconds("fingerprint", high=10.0),
                newest_address=times.seconds("newest_address", high=10.0),
            ),
        )
        for baud in loaded.speeds:
            if baud not in SPEED_PARAMETERS:
                table.complain("speeds", f"{baud} is none of {', '.join(map(str, SPEED_PARAMETERS))}")
        if loaded.speeds and loaded.default_baud not in loaded.speeds:
            table.complain("default_baud", f"{loaded.default_baud} is not among speeds")
        if loaded.poll_interval_s < 0.3:
            table.complain("poll_interval_s", "is shorter than 0.3 s, the fastest that modules allow")
        table.finish()
        return loaded
