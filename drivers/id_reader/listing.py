"""Explains the frames in a string of bytes, for technicians. It shows personal data."""

from __future__ import annotations

from typing import Any

from drivers.errors import ProtocolError
from drivers.id_reader.codes import Sw3, ethnicity_word, sex_word, sw3_meaning
from drivers.id_reader.frames import (
    MODULE_ID_BYTES,
    NEWEST_ADDRESS_BYTES,
    SELECT_BYTES,
    Answer,
    AnswerDecoder,
    Blocks,
    CorruptFrame,
    blocks_with_fingerprint,
    blocks_without_fingerprint,
    module_id_text,
)
from drivers.id_reader.text_block import LONG_TERM, parse_date, parse_newest_address, text_fields

Entry = dict[str, Any]


def list_answers(data: bytes) -> tuple[list[Entry], list[CorruptFrame]]:
    """Every answer in `data` as {"kind", "sw3", "fields"}, in order, and every corrupt frame; the rest is noise."""
    decoder = AnswerDecoder()
    found = decoder.feed(data) + decoder.finish()
    return (
        [describe(one) for one in found if isinstance(one, Answer)],
        [one for one in found if isinstance(one, CorruptFrame)],
    )


def describe(answer: Answer) -> Entry:
    """One answer. Answers do not name their command: the kind follows from status and size.

    Kinds: status, sam_id, find, select, base, base_fingerprint, new_address, error.
    """
    try:
        kind, fields = _kind_and_fields(answer)
    except ProtocolError as error:
        kind, fields = "error", {"meaning": str(error)}
    return {"kind": kind, "sw3": f"{answer.sw3:02X}", "fields": fields}


def _kind_and_fields(answer: Answer) -> tuple[str, Entry]:
    data = answer.data
    if answer.sw3 == Sw3.FOUND:
        return "find", {"data": data.hex().upper()}
    if answer.sw3 == Sw3.NOTHING_STORED:
        return "new_address", {"address": None, "meaning": sw3_meaning(answer.sw3)}
    if answer.sw3 != Sw3.OK:
        return "error", {"meaning": sw3_meaning(answer.sw3), "sw1": f"{answer.sw1:02X}", "sw2": f"{answer.sw2:02X}"}
    match len(data):
        case 0:
            return "status", {"meaning": sw3_meaning(answer.sw3)}
        case n if n == MODULE_ID_BYTES:
            return "sam_id", {"sam_id": module_id_text(data)}
        case n if n == SELECT_BYTES:
            return "select", {"data": data.hex().upper()}
        case n if n == NEWEST_ADDRESS_BYTES:
            return "new_address", {"address": parse_newest_address(data)}
    try:
        blocks, kind = blocks_without_fingerprint(data), "base"
    except ProtocolError:
        blocks, kind = blocks_with_fingerprint(data), "base_fingerprint"
    return kind, base_fields(blocks)


def base_fields(blocks: Blocks) -> Entry:
    """The text block's fields by name, and the sizes of the others. Raises `TextBlockInvalid` if it is too short."""
    fields = holder_fields(blocks.text)
    fields["photo_bytes"] = len(blocks.photo)
    if blocks.fingerprint is not None:
        fields["fingerprint_bytes"] = len(blocks.fingerprint)
    return fields


def holder_fields(text_block: bytes) -> Entry:
    """The fields of the variant, with words beside codes and dates in ISO. An invalid date is shown as written."""
    variant, texts = text_fields(text_block)
    fields: Entry = {"variant": variant, **texts, "sex": sex_word(texts["sex_code"])}
    if "ethnicity_code" in texts:
        fields["ethnicity"] = ethnicity_word(texts["ethnicity_code"])
    for name in ("birth", "valid_from", "valid_to"):
        day = parse_date(texts[name])
        fields[name] = texts[name] if day is None else day.isoformat()
    fields["long_term"] = texts["valid_to"] == LONG_TERM
    return fields


def masked(fields: Entry) -> Entry:
    """The same fields without those that identify the holder, for a screen or a ticket."""
    shown = dict(fields)
    for key in ("name", "english_name"):
        if key in shown:
            shown[key] = shown[key][:1] + "*" * (len(shown[key]) - 1)
    shown["id_number"] = shown["id_number"][:3] + "*" * max(0, len(shown["id_number"]) - 5) + shown["id_number"][-2:]
    for key in ("birth", "address", "newest_address", "travel_permit_number", "old_number_link"):
        if shown.get(key):
            shown[key] = "***"
    return shown
