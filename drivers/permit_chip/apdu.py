"""Commands and status words of the permit's chip (ISO 7816-4, PBOC), built and taken apart. Pure bytes, no I/O."""

from __future__ import annotations

from dataclasses import dataclass, field

CLA_PLAIN = 0x00
CLA_MAC = 0x04  # secure messaging, command header authenticated (ISO 7816-4 6.1)

INS_EXTERNAL_AUTHENTICATE = 0x82
INS_GET_CHALLENGE = 0x84
INS_INTERNAL_AUTHENTICATE = 0x88
INS_SELECT = 0xA4
INS_READ_BINARY = 0xB0
INS_READ_RECORD = 0xB2
INS_GET_RESPONSE = 0xC0
INS_UPDATE_BINARY = 0xD6
INS_UPDATE_RECORD = 0xDC

INSTRUCTION_NAMES = {
    INS_EXTERNAL_AUTHENTICATE: "EXTERNAL AUTHENTICATE",
    INS_GET_CHALLENGE: "GET CHALLENGE",
    INS_INTERNAL_AUTHENTICATE: "INTERNAL AUTHENTICATE",
    INS_SELECT: "SELECT",
    INS_READ_BINARY: "READ BINARY",
    INS_READ_RECORD: "READ RECORD",
    INS_GET_RESPONSE: "GET RESPONSE",
    INS_UPDATE_BINARY: "UPDATE BINARY",
    INS_UPDATE_RECORD: "UPDATE RECORD",
}

BY_NAME = 0x04  # P1 of SELECT
SFI_FLAG = 0x80  # P1 of READ and UPDATE BINARY: a short file identifier follows
BY_TAG = 0x04  # P2 of READ and UPDATE RECORD in the social-card family: P1 is the record's tag
MAC_BYTES = 4
CHALLENGE_BYTES = 4  # before a MAC; 8 before an authentication

OK = 0x9000

STATUS_WORDS = {
    0x9000: "done",
    0x6281: "data may be corrupt",
    0x6300: "authentication failed",
    0x6581: "memory failure",
    0x6700: "wrong length",
    0x6982: "security status not satisfied",
    0x6983: "authentication method blocked",
    0x6984: "no fresh challenge",
    0x6985: "conditions of use not satisfied",
    0x6987: "MAC missing",
    0x6988: "MAC wrong",
    0x6A80: "wrong data",
    0x6A82: "file not found",
    0x6A83: "record not found",
    0x6A86: "wrong P1 P2",
    0x6B00: "wrong offset",
    0x6D00: "instruction not supported",
    0x6E00: "class not supported",
    0x9302: "MAC invalid",
    0x9303: "application locked for ever",
}

# After these the same command is never sent again, because each wrong MAC uses up one of the chip's tries.
NEVER_REPEAT = frozenset({0x6300, 0x6983, 0x6988, 0x9302, 0x9303, *range(0x63C0, 0x63D0)})


def status_name(sw: int) -> str:
    """The meaning of a status word, in a few words."""
    if sw >> 8 == 0x61:
        return f"{sw & 0xFF or 256} more bytes"
    if sw >> 8 == 0x6C:
        return f"right length is {sw & 0xFF or 256}"
    if sw & 0xFFF0 == 0x63C0:
        return f"authentication failed, {sw & 0x0F} tries left"
    return STATUS_WORDS.get(sw, "unknown status")


@dataclass(frozen=True, slots=True)
class Command:
    """The parts of a short command. `data`: without Lc; `le`: 1 to 256, None where no answer is asked for. Data may be
    personal: not shown.
    """

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = field(default=b"", repr=False)
    le: int | None = None

    def __bytes__(self) -> bytes:
        raw = bytes((self.cla, self.ins, self.p1, self.p2))
        if self.data:
            raw += bytes((len(self.data),)) + self.data
        if self.le is not None:
            raw += bytes((self.le & 0xFF,))
        return raw


def parse(apdu: bytes) -> Command:
    """A short command from its bytes. Raises ValueError for extended lengths and inconsistent ones."""
    if len(apdu) < 4:
        raise ValueError(f"{len(apdu)} bytes are no command")
    cla, ins, p1, p2 = apdu[:4]
    body = apdu[4:]
    if not body:
        return Command(cla, ins, p1, p2)
    if len(body) == 1:
        return Command(cla, ins, p1, p2, b"", body[0] or 256)
    lc, rest = body[0], body[1:]
    if lc == 0:
        raise ValueError("extended length")
    if len(rest) == lc:
        return Command(cla, ins, p1, p2, rest)
    if len(rest) == lc + 1:
        return Command(cla, ins, p1, p2, rest[:lc], rest[lc] or 256)
    raise ValueError(f"Lc says {lc} bytes, {len(rest)} follow")


def select_application(aid: bytes) -> bytes:
    """SELECT by name."""
    return bytes(Command(CLA_PLAIN, INS_SELECT, BY_NAME, 0x00, aid))


def select_file(file_id: int) -> bytes:
    """SELECT by file identifier, below the present selection."""
    return bytes(Command(CLA_PLAIN, INS_SELECT, 0x00, 0x00, file_id.to_bytes(2, "big")))


def read_binary(sfi: int, offset: int, length: int) -> bytes:
    """READ BINARY of a transparent file by short identifier; offset 0 to 255."""
    return bytes(Command(CLA_PLAIN, INS_READ_BINARY, SFI_FLAG | sfi, offset, le=length))


def read_record(tag: int, length: int) -> bytes:
    """READ RECORD by tag; `length` of the value, the answer has tag and length before it."""
    return bytes(Command(CLA_PLAIN, INS_READ_RECORD, tag, BY_TAG, le=length + 2))


def get_challenge(length: int = CHALLENGE_BYTES) -> bytes:
    """GET CHALLENGE."""
    return bytes(Command(CLA_PLAIN, INS_GET_CHALLENGE, 0x00, 0x00, le=length))


def update_binary_unsigned(sfi: int, offset: int, data: bytes) -> bytes:
    """UPDATE BINARY under MAC, without its MAC: the bytes that the MAC is computed over. Lc counts the MAC."""
    return bytes((CLA_MAC, INS_UPDATE_BINARY, SFI_FLAG | sfi, offset, len(data) + MAC_BYTES)) + data


def update_record_unsigned(tag: int, value: bytes) -> bytes:
    """UPDATE RECORD by tag under MAC, without its MAC; the data is tag, length, value. Lc counts the MAC."""
    data = bytes((tag, len(value))) + value
    return bytes((CLA_MAC, INS_UPDATE_RECORD, tag, BY_TAG, len(data) + MAC_BYTES)) + data


def describe(apdu: bytes) -> str:
    """One line for people. Only the length of data is shown, because it may be personal."""
    command = parse(apdu)
    name = INSTRUCTION_NAMES.get(command.ins, f"INS {command.ins:02X}")
    words = [f"{command.cla:02X} {name}", f"P1={command.p1:02X} P2={command.p2:02X}"]
    if command.ins in (INS_READ_BINARY, INS_UPDATE_BINARY) and command.p1 & SFI_FLAG:
        words.append(f"file {command.p1 & 0x1F:02X} at {command.p2}")
    if command.ins == INS_SELECT:
        words.append(f"{'application' if command.p1 == BY_NAME else 'file'} {command.data.hex().upper()}")
    elif command.data:
        protected = command.cla == CLA_MAC and len(command.data) > MAC_BYTES
        words.append(f"{len(command.data) - MAC_BYTES} bytes and MAC" if protected else f"{len(command.data)} bytes")
    if command.le is not None:
        words.append(f"Le={command.le}")
    return ", ".join(words)
