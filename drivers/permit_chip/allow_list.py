"""The commands that central may have relayed to a permit: exactly those that the permit file's reading and update plan
need.

The relay does not trust its commands. Every command is refused unless it is one of: SELECT of this permit's own
application or of its record files; GET CHALLENGE of 4 bytes; READ of a known file or record within its length; UPDATE
under MAC of exactly one planned write. No other class, no chaining, no secure reading, no extended length, no Le where
none belongs.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from drivers.errors import CommandNotAllowed
from drivers.permit_chip import apdu
from drivers.permit_chip.records import RelayCommand
from drivers.permit_file.permit_file import PermitFile

# The selected file: the file identifiers below the application's root. None: unknown, so only SELECT by name is
# allowed.
Selection = tuple[int, ...] | None

UPDATES = frozenset({apdu.INS_UPDATE_BINARY, apdu.INS_UPDATE_RECORD})
MUST_SUCCEED = UPDATES | {apdu.INS_SELECT}


class Rule(Enum):
    """The rules that a command may break, by their codes for central (`kiosk.central.codes.RELAY_REFUSALS`)."""

    NOT_AN_APDU = "not_an_apdu"
    CLASS_OR_INSTRUCTION = "class_or_instruction"
    SELECT = "select"
    READ = "read"
    GET_CHALLENGE = "get_challenge"
    UPDATE = "update"
    EXPECTED_STATUS = "expected_status"
    UPDATE_AFTER_WRONG_MAC = "update_after_wrong_mac"


_Refusal = tuple[Rule, str]


def check_batch(
    permit: PermitFile,
    commands: Sequence[RelayCommand],
    selected: Selection,
    *,
    updates_allowed: bool = True,
) -> list[Selection]:
    """The selection after each command, if it succeeds. Raises `CommandNotAllowed` for the first command that the
    permit file does not allow. Nothing is sent.

    `updates_allowed`: false after a wrong MAC, so that no further tries of the chip are used up.
    """
    led_to = []
    for index, command in enumerate(commands):
        parsed = _parsed(command.apdu)
        if not isinstance(parsed, apdu.Command):
            raise _not_allowed(index, parsed)
        refusal = _refusal(permit, parsed, selected)
        if refusal is None and parsed.ins in MUST_SUCCEED and set(command.expect) != {apdu.OK}:
            # After a SELECT that may fail the next update could go to another file; an update that may fail uses up
            # tries.
            refusal = (Rule.EXPECTED_STATUS, "SELECT and UPDATE must expect 9000 and nothing else")
        if refusal is None and parsed.ins in UPDATES and not updates_allowed:
            refusal = (Rule.UPDATE_AFTER_WRONG_MAC, "no update after a wrong MAC")
        if refusal is not None:
            raise _not_allowed(index, refusal)
        selected = _leads_to(permit, parsed, selected)
        led_to.append(selected)
    return led_to


def _not_allowed(index: int, refusal: _Refusal) -> CommandNotAllowed:
    rule, why = refusal
    return CommandNotAllowed(f"command {index} of the batch: {why}", index=index, rule=rule.value)


def selection_after(permit: PermitFile, raw: bytes, selected: Selection) -> Selection:
    """The selection after an allowed command that succeeds."""
    return _leads_to(permit, apdu.parse(raw), selected)


def _leads_to(permit: PermitFile, command: apdu.Command, selected: Selection) -> Selection:
    if command.ins != apdu.INS_SELECT:
        return selected
    if command.p1 == apdu.BY_NAME:
        return ()
    return _below(permit, selected, int.from_bytes(command.data, "big"))


def _below(permit: PermitFile, selected: Selection, file_id: int) -> Selection:
    """The selection after SELECT of `file_id`: a child of the current directory, or of the current file's directory."""
    if selected is None:
        return None
    paths = {file.path for file in permit.files if file.path}
    known = {path[:depth] for path in paths for depth in range(1, len(path) + 1)}
    here = selected if selected not in paths else selected[:-1]
    return (*here, file_id) if (*here, file_id) in known else None


def _parsed(raw: bytes) -> apdu.Command | _Refusal:
    try:
        command = apdu.parse(raw)
    except ValueError as error:
        return Rule.NOT_AN_APDU, str(error)
    return command if bytes(command) == raw else (Rule.NOT_AN_APDU, "not in its shortest form")


def _refusal(permit: PermitFile, command: apdu.Command, selected: Selection) -> _Refusal | None:
    found = _CHECKS.get((command.cla, command.ins))
    if found is None:
        return Rule.CLASS_OR_INSTRUCTION, f"class {command.cla:02X} instruction {command.ins:02X} is not relayed"
    rule, check = found
    why = check(permit, command, selected)
    return (rule, why) if why else None


def _select(permit: PermitFile, command: apdu.Command, selected: Selection) -> str:
    if command.le is not None or command.p2:
        return "SELECT with P2 or Le"
    if command.p1 == apdu.BY_NAME:
        return "" if command.data == permit.aid else "SELECT of another application"
    if command.p1 != 0x00 or len(command.data) != 2:
        return "SELECT neither by name nor by file identifier"
    if _below(permit, selected, int.from_bytes(command.data, "big")) is None:
        return "SELECT of a file that the permit file does not know here"
    return ""


def _get_challenge(permit: PermitFile, command: apdu.Command, selected: Selection) -> str:
    as_planned = bytes(command) == apdu.get_challenge()
    return "" if as_planned else "GET CHALLENGE of another form"


def _read_binary(permit: PermitFile, command: apdu.Command, selected: Selection) -> str:
    if command.data or command.le is None or not command.p1 & apdu.SFI_FLAG:
        return "READ BINARY without short file identifier"
    for file in permit.files:
        if file.structure == "transparent" and command.p1 == apdu.SFI_FLAG | file.sfi:
            return "" if command.p2 + command.le <= file.length else "READ BINARY behind the file's end"
    return "READ BINARY of another file"


def _read_record(permit: PermitFile, command: apdu.Command, selected: Selection) -> str:
    if command.data or command.le is None or command.p2 != apdu.BY_TAG:
        return "READ RECORD not by tag"
    for (file_name, tag), length in permit.places():
        file = permit.file(file_name)
        if file.structure == "records" and file.path == selected and command.p1 == tag:
            return "" if command.le == length + 2 else "READ RECORD of another length"
    return "READ RECORD of another record"


def _update_binary(permit: PermitFile, command: apdu.Command, selected: Selection) -> str:
    if command.le is not None or not command.p1 & apdu.SFI_FLAG:
        return "UPDATE BINARY without short file identifier"
    for write in permit.writes:
        file = permit.file(write.file)
        if file.structure != "transparent" or command.p1 != apdu.SFI_FLAG | file.sfi:
            continue
        if (command.p2, len(command.data)) == (write.place, write.length + apdu.MAC_BYTES):
            return ""
    return "UPDATE BINARY that is not in the update plan"


def _update_record(permit: PermitFile, command: apdu.Command, selected: Selection) -> str:
    if command.le is not None or command.p2 != apdu.BY_TAG:
        return "UPDATE RECORD not by tag"
    for write in permit.writes:
        file = permit.file(write.file)
        if file.structure != "records" or file.path != selected or command.p1 != write.place:
            continue
        header = bytes((write.place, write.length))
        if command.data[:2] == header and len(command.data) == 2 + write.length + apdu.MAC_BYTES:
            return ""
    return "UPDATE RECORD that is not in the update plan"


_CHECKS = {
    (apdu.CLA_PLAIN, apdu.INS_SELECT): (Rule.SELECT, _select),
    (apdu.CLA_PLAIN, apdu.INS_GET_CHALLENGE): (Rule.GET_CHALLENGE, _get_challenge),
    (apdu.CLA_PLAIN, apdu.INS_READ_BINARY): (Rule.READ, _read_binary),
    (apdu.CLA_PLAIN, apdu.INS_READ_RECORD): (Rule.READ, _read_record),
    (apdu.CLA_MAC, apdu.INS_UPDATE_BINARY): (Rule.UPDATE, _update_binary),
    (apdu.CLA_MAC, apdu.INS_UPDATE_RECORD): (Rule.UPDATE, _update_record),
}
