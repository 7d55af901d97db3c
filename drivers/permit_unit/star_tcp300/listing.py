"""Recorded bytes of the Star TCP300 dialect as a list that people and programs read; pure."""

from __future__ import annotations

import re
from typing import Any, Literal

from drivers.permit_unit.star_tcp300.frames import (
    COMMAND_MEANING,
    AnswerBlock,
    Block,
    Command,
    CommandBlock,
    Control,
    Corrupt,
    Decoder,
)
from drivers.permit_unit.star_tcp300.raster import parse_image_block
from drivers.permit_unit.star_tcp300.status import (
    STATUS_MEANING,
    Inlet,
    Sensors,
    Status,
    parse_sensors,
    permit_position,
)

Entry = dict[str, Any]
Sender = Literal["host", "device"]

CONTROL_ENTRIES = {
    Control.ACK: ("ack", "understood"),
    Control.NAK: ("nak", "send again"),
    Control.DLE: ("dle", "refused"),
}
# The data that each command may carry (manual, sections 4-2 to 4-6). Commands that are not listed carry none.
COMMAND_DATA = {
    Command.PRINT_TEXT: rb"(?s:.*)",
    Command.IMAGE_LINE: rb"\d{1,3},\d{0,2},(?:[0-9A-Fa-f]{2})+",
    Command.ERASE_PRINT_GIVE_OUT: rb"(?:[012](?:,[01](?:,[01])?)?)?",
    Command.PRINT_GIVE_OUT: rb"[012]?",
    Command.ERASE_GIVE_OUT: rb"[012]?",
    Command.IMAGE_BLOCK: rb"\d{1,3},\d{0,2},\d{1,3},(?:[0-9A-Fa-f]{2})+",
    Command.GIVE_OUT: rb"[012]?",
    Command.LAMP: rb"[ 0-4],?[GgOoRr123],?[ 0-4]",
}
# The data that each answer may carry after status 20h. Answers that are not listed carry none.
ANSWER_DATA = {
    Command.VERSION: rb"[ -~]+",
    Command.STATUS: rb"[012][01]{5,6}",
    Command.TRANSPORT_COUNT: rb"\s*\d{1,10}",
    Command.PRINT_COUNT: rb"\s*\d{1,10}",
}
PLACES = {b"0": "for re-use, in front", b"": "to the mouth", b"1": "to the mouth", b"2": "to the back"}
INLETS = {
    Inlet.EMPTY: "nothing in the inlet",
    Inlet.TO_BE_PROCESSED: "a permit to be processed in the inlet",
    Inlet.WAITING_FOR_REMOVAL: "a permit waits for removal",
}


def list_traffic(data: bytes, sender: Sender | None = None) -> list[Entry]:
    """Every block, control byte and broken block in `data`, in order, without noise. `sender`: who sent the blocks, if
    known; otherwise it is inferred from their contents (`looks_like_answer`).
    """
    decoder = Decoder()
    entries = [_entry(item, sender) for item in decoder.feed(data)]
    if decoder.inside_block and entries:
        entries.append({"kind": "error", "bcc_ok": False, "meaning": "the last block is not complete"})
    return entries


def looks_like_answer(content: bytes) -> bool:
    """Whether a block is an answer, by what the manual lets commands and answers carry.

    An answer has a known status after its command byte, and data that fit it. Where the bytes fit a command as well
    (50h 31h: give out to the mouth, or a magnetic-stripe error of a command that reads no stripe) the one that this
    kiosk's commands can meet is taken: a stripe error never is, everything else is an answer.
    """
    if len(content) < 2 or content[1] not in STATUS_MEANING:
        return False
    code, status, data = content[0], content[1], content[2:]
    fits_answer = bool(re.fullmatch(_answer_data(code) if status == Status.OK else b"", data))
    fits_command = code in COMMAND_MEANING and bool(re.fullmatch(_command_data(code), content[1:]))
    is_stripe_error = Status.PARITY <= status <= Status.MAGNETIC_WRITE
    if fits_command:
        return fits_answer and not is_stripe_error
    return True


def _command_data(code: int) -> bytes:
    return COMMAND_DATA.get(Command(code), b"") if code in COMMAND_MEANING else rb"(?s:.*)"


def _answer_data(code: int) -> bytes:
    return ANSWER_DATA.get(Command(code), b"") if code in COMMAND_MEANING else rb"(?s:.*)"


def _entry(item: Block | Control | Corrupt, sender: Sender | None) -> Entry:
    if isinstance(item, Control):
        kind, meaning = CONTROL_ENTRIES[item]
        return {"kind": kind, "meaning": meaning}
    if isinstance(item, Corrupt):
        entry: Entry = {"kind": "error", "bcc_ok": False, "meaning": item.reason}
        if item.content:
            entry |= {"command": f"{item.content[0]:02X}", "data": _shown(item.content[1:])}
        return entry
    is_answer = sender == "device" if sender else looks_like_answer(item.content)
    if is_answer and len(item.content) < 2:
        return {
            "kind": "error",
            "bcc_ok": True,
            "command": f"{item.content[0]:02X}",
            "data": "",
            "meaning": "an answer without a status",
        }
    return _answer_entry(item.as_answer()) if is_answer else _command_entry(item.as_command())


def _command_entry(block: CommandBlock) -> Entry:
    return {
        "kind": "command",
        "command": f"{block.command:02X}",
        "data": _shown(block.data),
        "bcc_ok": True,
        "meaning": _command_meaning(block),
    }


def _answer_entry(block: AnswerBlock) -> Entry:
    rank, status = (
        STATUS_MEANING.get(Status(block.status), (None, ""))
        if block.status in STATUS_MEANING
        else (None, "a status outside the manual")
    )
    meaning = f"{_name(block.command)}: {status}"
    entry: Entry = {
        "kind": "answer",
        "command": f"{block.command:02X}",
        "status": f"{block.status:02X}",
        "data": _shown(block.data),
        "bcc_ok": True,
    }
    if rank is not None:
        entry["rank"] = rank.value
    if block.command == Command.STATUS and re.fullmatch(ANSWER_DATA[Command.STATUS], block.data):
        sensors = parse_sensors(block.data)
        entry["position"] = permit_position(sensors).value
        entry["cover_open"] = sensors.cover_open
        meaning += f"; {_sensor_meaning(sensors)}"
    return {**entry, "meaning": meaning}


def _sensor_meaning(sensors: Sensors) -> str:
    inside = [name for name, seen in (("S2", sensors.front), ("S3", sensors.middle), ("S4", sensors.rear)) if seen]
    seen = f"sensors {', '.join(inside)} covered" if inside else "no sensor covered inside"
    return f"{INLETS[sensors.inlet]}, {seen}, cover {'open' if sensors.cover_open else 'closed'}"


def _command_meaning(block: CommandBlock) -> str:
    name = _name(block.command)
    if not re.fullmatch(_command_data(block.command), block.data):
        return f"{name} (these data are not in the manual)"
    if block.command == Command.ERASE_PRINT_GIVE_OUT:
        place, erase, prints = ([*block.data.split(b","), b"1", b"1"] if block.data else [b"1", b"1", b"1"])[:3]
        return f"{name} (erase: {_yes(erase)}, print: {_yes(prints)}, give out {PLACES[place]})"
    if block.command in (Command.GIVE_OUT, Command.PRINT_GIVE_OUT, Command.ERASE_GIVE_OUT):
        return f"{name} ({PLACES[block.data]})"
    if block.command == Command.IMAGE_BLOCK:
        return f"{name} ({_image_meaning(block.data)})"
    return name


def _image_meaning(data: bytes) -> str:
    try:
        block = parse_image_block(data)
    except ValueError as error:
        return str(error)
    columns = len(block.columns) // block.height_bytes
    return f"x {block.x}, y {block.y_bytes * 8}, {columns} columns of {block.height_bytes * 8} dots"


def _yes(flag: bytes) -> str:
    return "yes" if flag == b"1" else "no"


def _name(code: int) -> str:
    return COMMAND_MEANING[Command(code)] if code in COMMAND_MEANING else "a command that is not used here"


def _shown(data: bytes) -> str:
    """Printable text unchanged; other bytes as hex after "0x"."""
    if all(0x20 <= byte < 0x7F for byte in data):
        return data.decode("ascii")
    return f"0x{data.hex().upper()}"
