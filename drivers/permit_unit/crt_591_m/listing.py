"""Recorded bytes of the CRT-591-M dialect as a list that people and programs read; pure."""

from __future__ import annotations

from typing import Any

from drivers.errors import FrameCorrupt, UnexpectedReply
from drivers.permit_unit.crt_591_m.frames import (
    PARAMETERS,
    Command,
    CommandFrame,
    Control,
    Corrupt,
    Decoder,
    Done,
    Failed,
    Frame,
)
from drivers.permit_unit.crt_591_m.status import ERROR_MEANING, Held, parse_state

Entry = dict[str, Any]

CONTROL_ENTRIES = {
    Control.ACK: ("ack", "understood"),
    Control.NAK: ("nak", "send again"),
    Control.EOT: ("eot", "discontinue"),
}
COMMAND_MEANING = {
    Command.INITIALISE: "initialise",
    Command.STATUS: "status",
    Command.MOVE: "move",
    Command.ENTRY: "gate for permits from outside",
    Command.CONTACT_CHIP: "contact chip",
    Command.CONTACTLESS_CHIP: "contactless chip",
    Command.SERIAL_NUMBER: "serial number",
    Command.CONFIGURATION: "configuration",
    Command.VERSION: "version",
    Command.BIN_COUNTER: "bin counter",
    Command.PCSC_READER: "reset the PC/SC reader",
}
HELD_MEANING = {
    Held.NOWHERE: "no permit",
    Held.AT_GATE: "a permit at the gate",
    Held.AT_CHIP: "a permit at a chip position",
}


def list_traffic(data: bytes) -> list[Entry]:
    """Every frame, control byte and broken frame in `data`, in order, without noise. The head tells the sender."""
    decoder = Decoder()
    entries = [_entry(item) for item in decoder.feed(data)]
    if decoder.inside_frame and entries:
        entries.append({"kind": "error", "bcc_ok": False, "meaning": "the last frame is not complete"})
    return entries


def _entry(item: Frame | Control | Corrupt) -> Entry:
    match item:
        case Control():
            kind, meaning = CONTROL_ENTRIES[item]
            return {"kind": kind, "meaning": meaning}
        case Corrupt():
            return {"kind": "error", "bcc_ok": False, "data": _shown(item.collected), "meaning": item.reason}
    try:
        return _command_entry(item.as_command()) if item.is_command else _answer_entry(item.as_answer())
    except FrameCorrupt as error:
        return {"kind": "error", "bcc_ok": True, "data": _shown(item.text), "meaning": str(error)}


def _command_entry(frame: CommandFrame) -> Entry:
    return {
        "kind": "command",
        **_codes(frame),
        "data": _shown(frame.data),
        "bcc_ok": True,
        "meaning": _meaning(frame.command, frame.parameter),
    }


def _answer_entry(answer: Done | Failed) -> Entry:
    entry: Entry = {"kind": "answer", **_codes(answer)}
    meaning = _meaning(answer.command, answer.parameter)
    if isinstance(answer, Failed):
        told = ERROR_MEANING.get(answer.code, "an error outside the document")
        entry |= {"status": _shown(answer.code.encode("latin-1")), "data": _shown(answer.data), "bcc_ok": True}
        return {**entry, "meaning": f"{meaning}: {told}"}
    entry |= {"status": _shown(answer.state), "data": _shown(answer.data), "bcc_ok": True}
    try:
        state = parse_state(answer.state)
    except UnexpectedReply:
        return {**entry, "meaning": f"{meaning}: done; state bytes outside the document"}
    full = ", error bin full" if state.bin_full else ""
    return {**entry, "meaning": f"{meaning}: done; {HELD_MEANING[state.held]}{full}"}


def _codes(frame: CommandFrame | Done | Failed) -> Entry:
    return {"command": f"{frame.command:02X}", "parameter": f"{frame.parameter:02X}"}


def _meaning(command: int, parameter: int) -> str:
    """Such as "move (to bin)"."""
    if command not in COMMAND_MEANING:
        return "a command that is not in the document"
    known = Command(command)
    parameters = PARAMETERS[known]
    if parameters is None:
        return COMMAND_MEANING[known]
    if parameter not in set(parameters):
        return f"{COMMAND_MEANING[known]} (a parameter that is not in the document)"
    return f"{COMMAND_MEANING[known]} ({parameters(parameter).name.lower().replace('_', ' ')})"


def _shown(data: bytes) -> str:
    """Printable text unchanged; other bytes as hex after "0x"."""
    if all(0x20 <= byte < 0x7F for byte in data):
        return data.decode("ascii")
    return f"0x{data.hex().upper()}"
