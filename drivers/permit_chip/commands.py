"""Makes the commands that read and update a chip, from its permit file. Pure; central uses it for its batches."""

from __future__ import annotations

from collections.abc import Collection

from drivers.permit_chip import apdu
from drivers.permit_chip.records import RelayCommand
from drivers.permit_file.permit_file import ChipContentCorrupt, ChipFile, PermitFile, Place, ProtectedWrite

# File identifiers are relative to the selected directory, so a record file is reached from the application's root.


def select_path(permit: PermitFile, file: ChipFile) -> tuple[bytes, ...]:
    """The SELECT commands from the application's root to a record file; none for a transparent file."""
    return tuple(apdu.select_file(file_id) for file_id in file.path)


def read_commands(
    permit: PermitFile,
    only: Collection[Place] | None = None,
) -> tuple[tuple[RelayCommand, Place | None], ...]:
    """The commands that read the whole permit (or `only` some places), from the selected application on, each with the
    place that it reads (None for a SELECT). Afterwards another file may be selected: `select_application` leads back.
    """
    steps: list[tuple[RelayCommand, Place | None]] = []
    at: tuple[int, ...] = ()
    for (file_name, tag), length in permit.places():
        if only is not None and (file_name, tag) not in only:
            continue
        file = permit.file(file_name)
        if file.structure == "transparent":
            steps.append((RelayCommand(apdu.read_binary(file.sfi, 0, length)), (file_name, tag)))
            continue
        if at != file.path:
            if len(at) > 1:
                steps.append((RelayCommand(apdu.select_application(permit.aid)), None))
            steps += [(RelayCommand(command), None) for command in select_path(permit, file)]
            at = file.path
        steps.append((RelayCommand(apdu.read_record(tag, length)), (file_name, tag)))
    return tuple(steps)


def content_of(permit: PermitFile, place: Place, answer: bytes) -> bytes:
    """The content of `place` in a read command's answer. Raises `ChipContentCorrupt` for a malformed record."""
    file_name, tag = place
    if permit.file(file_name).structure == "transparent":
        return answer
    if len(answer) < 2 or answer[0] != tag or answer[1] != len(answer) - 2:
        raise ChipContentCorrupt(f"{file_name}/{tag:02X}", "is not a record with its tag and length")
    return answer[2:]


def unsigned_update(permit: PermitFile, write: ProtectedWrite) -> bytes:
    """The update command without its MAC, over which the MAC is computed and to which it is appended."""
    file = permit.file(write.file)
    if file.structure == "transparent":
        return apdu.update_binary_unsigned(file.sfi, write.place, write.data)
    return apdu.update_record_unsigned(write.place, write.data)
