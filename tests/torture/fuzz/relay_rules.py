"""What a relayed command may be, said once more and in another way than the allow-list says it.

The allow-list takes commands apart and judges them; here every command that the permit file foresees is listed, and
only what an update carries is left open. Two ways that agree are worth more than one.
"""

from __future__ import annotations

import re

from drivers.permit_file.permit_file import PermitFile

Selection = tuple[int, ...]


class RelayRules:
    """The rules of one permit file. `selections`: every place that a SELECT can lead to, the root first."""

    def __init__(self, permit: PermitFile) -> None:
        self.selections = _selections(permit)
        self._foreseen = {selected: _foreseen(permit, selected) for selected in self.selections}

    def foresees(self, command: bytes, selected: Selection) -> bool:
        """Whether the permit file foresees `command` where `selected` is."""
        return self._foreseen[selected].fullmatch(command) is not None


def _selections(permit: PermitFile) -> tuple[Selection, ...]:
    paths = {file.path[:depth] for file in permit.files for depth in range(len(file.path) + 1)}
    return tuple(sorted(paths))


def _foreseen(permit: PermitFile, selected: Selection) -> re.Pattern[bytes]:
    """Matches exactly the commands that are foreseen where `selected` is."""
    known = _selections(permit)
    leaves = {file.path for file in permit.files if file.path}
    directory = selected[:-1] if selected in leaves else selected
    plain = [bytes((0x00, 0xA4, 0x04, 0x00, len(permit.aid))) + permit.aid, bytes.fromhex("0084000004")]
    plain += [
        bytes.fromhex("00A4000002") + path[-1].to_bytes(2, "big") for path in known if path and path[:-1] == directory
    ]
    patterns = [re.escape(command) for command in plain]
    for file in permit.files:
        if file.structure == "transparent":
            for offset in range(file.length):
                most = bytes(range(1, min(file.length - offset, 0xFF) + 1))
                head = re.escape(bytes((0x00, 0xB0, 0x80 | file.sfi, offset)))
                patterns.append(head + b"[" + re.escape(most) + b"]")
        elif file.path == selected:
            tags = {field.tag: 0 for field in permit.fields if field.file == file.name}
            for tag in tags:
                length = permit.record_length(file.name, tag) + 2
                patterns.append(re.escape(bytes((0x00, 0xB2, tag, 0x04, length))))
    for write in permit.writes:
        file = permit.file(write.file)
        any_data = b".{%d}" % (write.length + 4)
        if file.structure == "transparent":
            head = bytes((0x04, 0xD6, 0x80 | file.sfi, write.place, write.length + 4))
        elif file.path == selected:
            head = bytes((0x04, 0xDC, write.place, 0x04, write.length + 6, write.place, write.length))
        else:
            continue
        patterns.append(re.escape(head) + any_data)
    return re.compile(b"(?s:" + b"|".join(patterns) + b")")
