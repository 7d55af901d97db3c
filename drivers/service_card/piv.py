"""Commands of a PIV card and its answers (NIST SP 800-73-4, part 2), built and taken apart. Pure bytes, no I/O.

Only what is free on every PIV card is used: the certificate for card authentication and its key, 9E. Neither asks for
the card's own PIN.
"""

from __future__ import annotations

import zlib

from drivers.errors import UnexpectedReply

DEVICE = "service_card"

AID = bytes.fromhex("A000000308000010000100")
"""Of the PIV card application, version 1 (SP 800-73-4, part 1, 2.2)."""
CARD_AUTHENTICATION_CERTIFICATE = bytes.fromhex("5FC101")
"""The data object with the certificate of key 9E (part 1, table 3)."""
CARD_AUTHENTICATION_KEY = 0x9E
P256 = 0x11
"""ECC on the curve P-256 (SP 800-78-4, table 6-2)."""
DIGEST_BYTES = 32

OK = 0x9000
LONGEST_CERTIFICATE = 4096
"""Bytes. A certificate on P-256 has some 500; one of a card of 8 KiB in all is never as long."""

_DATA, _CERTIFICATE, _CERTIFICATE_FORM = 0x53, 0x70, 0x71
_DYNAMIC, _RESPONSE, _CHALLENGE = 0x7C, 0x82, 0x81
_PLAIN, _GZIP = 0x00, 0x01


def select() -> bytes:
    """SELECT of the PIV card application (3.1.1)."""
    return _command(0xA4, 0x04, 0x00, AID)


def get_certificate() -> bytes:
    """GET DATA of the certificate for card authentication (3.1.2)."""
    return _command(0xCB, 0x3F, 0xFF, _tlv(0x5C, CARD_AUTHENTICATION_CERTIFICATE))


def authenticate(digest: bytes) -> bytes:
    """GENERAL AUTHENTICATE: the card signs `digest` (SHA-256) by key 9E (3.2.4; example in A.4)."""
    if len(digest) != DIGEST_BYTES:
        raise ValueError(f"{len(digest)} bytes are no SHA-256")
    template = _tlv(_DYNAMIC, _tlv(_RESPONSE, b"") + _tlv(_CHALLENGE, digest))
    return _command(0x87, P256, CARD_AUTHENTICATION_KEY, template)


def certificate_of(answer: bytes) -> bytes:
    """The certificate (DER) in the answer to `get_certificate`. Raises `UnexpectedReply`."""
    objects = _objects(_only(answer, _DATA))
    held, form = objects.get(_CERTIFICATE), objects.get(_CERTIFICATE_FORM, bytes((_PLAIN,)))
    if held is None:
        raise UnexpectedReply("the card's certificate object holds no certificate", device=DEVICE)
    match form:
        case b"\x00":
            return held
        case b"\x01":
            return _unpacked(held)
        case _:
            raise UnexpectedReply(f"the card's certificate has the unknown form {form.hex().upper()}", device=DEVICE)


def signature_of(answer: bytes) -> bytes:
    """The signature (DER, ECDSA-Sig-Value) in the answer to `authenticate`. Raises `UnexpectedReply`."""
    signature = _objects(_only(answer, _DYNAMIC)).get(_RESPONSE)
    if signature is None:
        raise UnexpectedReply("the card's answer holds no signature", device=DEVICE)
    return signature


def _command(ins: int, p1: int, p2: int, data: bytes) -> bytes:
    """A short command that asks for whatever comes (Le 00)."""
    return bytes((0x00, ins, p1, p2, len(data))) + data + b"\x00"


def _tlv(tag: int, value: bytes) -> bytes:
    return bytes((tag, len(value))) + value


def _only(raw: bytes, tag: int) -> bytes:
    value = _objects(raw).get(tag)
    if value is None:
        raise UnexpectedReply(f"the card's answer has no object {tag:02X}", device=DEVICE)
    return value


def _objects(raw: bytes) -> dict[int, bytes]:
    """BER-TLV objects with tags of one byte, which are all that PIV has here, in lengths of up to three bytes (ISO
    7816-4, 5.2.2). Raises `UnexpectedReply` for an object that is not whole or stands there twice.
    """
    objects: dict[int, bytes] = {}
    at = 0
    while at < len(raw):
        tag = raw[at]
        begin, length = _length(raw, at + 1)
        if begin + length > len(raw) or tag in objects:
            raise UnexpectedReply(f"the card's object {tag:02X} is not whole, or twice there", device=DEVICE)
        objects[tag] = raw[begin : begin + length]
        at = begin + length
    return objects


def _length(raw: bytes, at: int) -> tuple[int, int]:
    """Where the value begins, and its length."""
    first = raw[at : at + 1]
    if not first:
        raise UnexpectedReply("the card's answer ends before a length", device=DEVICE)
    if first[0] < 0x80:
        return at + 1, first[0]
    count = first[0] & 0x7F
    told = raw[at + 1 : at + 1 + count]
    if not 1 <= count <= 2 or len(told) != count:
        raise UnexpectedReply("the card's answer has a length that cannot be", device=DEVICE)
    return at + 1 + count, int.from_bytes(told, "big")


def _unpacked(packed: bytes) -> bytes:
    """Of a certificate that was compressed by gzip (part 1, 3.2 and table 14); never more than can be one."""
    unpacking = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        certificate = unpacking.decompress(packed, LONGEST_CERTIFICATE + 1)
    except zlib.error:
        raise UnexpectedReply("the card's compressed certificate cannot be unpacked", device=DEVICE) from None
    if not unpacking.eof or len(certificate) > LONGEST_CERTIFICATE:
        raise UnexpectedReply("the card's compressed certificate is not whole, or too long", device=DEVICE)
    return certificate
