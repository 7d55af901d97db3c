"""One command and its whole answer, as ISO 7816-4 has chips give it in parts. For every chip, whatever it is."""

from __future__ import annotations

from drivers.errors import UnexpectedReply
from drivers.transport.base import ApduAnswer, ApduTransport

MOST_PARTS = 32  # a chip that always answers 61xx is broken; 32 parts are 8 KiB, twice the whole permit


def get_response(length: int) -> bytes:
    """GET RESPONSE after 61xx; 256 for 6100."""
    return bytes((0x00, 0xC0, 0x00, 0x00, length & 0xFF))


def exchange(chip: ApduTransport, command: bytes, device: str) -> ApduAnswer:
    """Send one command and collect its whole answer: 61xx by GET RESPONSE, 6Cxx by asking again with the right length.

    Only a command without data is sent again (6Cxx means that it was not carried out). Raises `UnexpectedReply` for a
    chip that never comes to an end. `device`: as the error names it.
    """
    answer = chip.transmit(command)
    if answer.sw >> 8 == 0x6C and len(command) == 5:
        answer = chip.transmit(command[:4] + bytes((answer.sw & 0xFF,)))
    data = answer.data
    for _ in range(MOST_PARTS):
        if answer.sw >> 8 != 0x61:
            return ApduAnswer(data, answer.sw)
        more = get_response(answer.sw & 0xFF or 256)
        answer = chip.transmit(more)
        if answer.sw >> 8 == 0x6C:
            answer = chip.transmit(more[:4] + bytes((answer.sw & 0xFF,)))
        data += answer.data
    raise UnexpectedReply("the chip's answer does not end", device=device)
