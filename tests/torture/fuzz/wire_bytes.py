"""Bytes on the wires below and beside the devices: the virtual chip's, recorded traces, a caller's certificate."""

from __future__ import annotations

import os
import socket
from collections import deque
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificate

from drivers.errors import DriverError
from drivers.permit_chip import apdu
from drivers.simulators import vpcd_wire
from drivers.transport.replay import ReplayCoupler, ReplayTransport, TraceUnusable, read_trace
from kiosk.reference_central.authority import make_authority
from kiosk.reference_central.peer_certificate import PeerCertificate
from tests.fakes.invented_permits import REFERENCE, SSSE, UPDATE, reference_chip, signed, ssse_chip
from tests.torture.fuzz.promises import hold

CHIPS = (reference_chip(), ssse_chip())
BEFORE = tuple(chip.written_fields() for chip in CHIPS)
VERSION_3, VERSION_60 = bytes.fromhex("A003020102"), bytes.fromhex("A00302013B")
NAME_OF_TEXT, NAME_OF_BITS = b"\x06\x03\x55\x04\x03\x0c", b"\x06\x03\x55\x04\x03\x03"  # common name
UPDATES = (apdu.INS_UPDATE_BINARY, apdu.INS_UPDATE_RECORD)


def _messages(*commands: bytes) -> bytes:
    return b"".join(len(command).to_bytes(2, "big") + command for command in commands)


def _certificates() -> list[bytes]:
    with TemporaryDirectory() as directory:
        make_authority(Path(directory))
        pems = [(Path(directory) / name).read_bytes() for name in ("ca.pem", "kiosk.pem", "central.pem")]
    good = [load_pem_x509_certificate(pem).public_bytes(Encoding.DER) for pem in pems]
    return [*good, good[1].replace(VERSION_3, VERSION_60), good[1].replace(NAME_OF_TEXT, NAME_OF_BITS)]


SEEDS: dict[str, list[bytes]] = {
    "chip_wire": [
        _messages(
            b"\x04",
            b"\x01",
            apdu.select_application(permit.aid),
            apdu.get_challenge(),
            signed(permit, permit.encode_update(UPDATE)[0], b"\1\2\3\4"),
        )
        for permit in (REFERENCE, SSSE)
    ]
    + [
        _messages(
            b"\x01",
            apdu.select_application(SSSE.aid),
            bytes.fromhex("00A4000002EF05"),
            bytes.fromhex("00B2060400"),
            bytes.fromhex("00C0000006"),
            bytes.fromhex("04DC0604"),
        )
        + rest
        for rest in (b"", b"\0")
    ],  # its length chooses the chip
    "traces": [
        b'{"at": 0.1, "dir": "out", "hex": "0240"}\n{"at": 0.2, "dir": "in", "hex": "06"}\n',
        b'{"dir": "atr", "hex": "3b00"}\n{"dir": "out", "hex": "00a4"}\n{"dir": "in", "hex": "9000"}\n',
        b'{"dir": "in", "bytes": 4}\n',
        b'{"dir": "atr", "hex": "3b"}\n{"dir": "out", "hex": "00"}\n',
        b"[[[[]]]]\n",
        b'{"dir": "in", "hex": 12}\n\n{}\n',
        b'"dir"\n12\nnull\n',
        b"[" * 100_000,
    ],
    "peer_certificate": _certificates(),
}


class _Peer:
    """The part of a socket that the wire uses, which says what it says in portions of its own choosing."""

    def __init__(self, data: bytes) -> None:
        self._left = data

    def recv(self, most: int) -> bytes:
        size = max(1, min(most, 1 + (self._left[0] % 7 if self._left else 0)))
        portion, self._left = self._left[:size], self._left[size:]
        return portion

    def setsockopt(self, level: int, name: int, value: int) -> None:
        hold(level == socket.IPPROTO_TCP, "only TCP is tuned")


def check_chip_wire(data: bytes) -> None:
    """Messages are cut as their lengths say, and no command without the chip's key changes what it holds."""
    link = cast(socket.socket, _Peer(data))  # all that the wire asks of one
    expected = _cut(data)
    chosen = len(data) % 2
    chip = CHIPS[chosen]
    chip.power_on()
    tried_to_write = False
    while (message := vpcd_wire.receive(link)) is not None:
        hold(bool(expected) and message == expected.popleft(), "messages are cut as their lengths say")
        if len(message) < 2:
            continue
        tried_to_write |= message[1] in UPDATES
        answer = chip.command(message)
        hold(2 <= len(answer) <= 258, "a chip with power answers with a status word")
    hold(not expected, "every whole message was received")
    if tried_to_write:
        hold(chip.written_fields() == BEFORE[chosen], "without the key nothing is written")
    chip.power_off()


def _cut(data: bytes) -> deque[bytes]:
    whole: deque[bytes] = deque()
    while len(data) >= 2:
        end = 2 + int.from_bytes(data[:2], "big")
        if len(data) < end:
            break
        whole.append(data[2:end])
        data = data[end:]
    return whole


def check_traces(data: bytes) -> None:
    """A file is a trace or is told to be none, with its line; a trace plays with values and errors of ours."""
    descriptor = os.memfd_create("trace")
    try:
        os.write(descriptor, data)
        _check_trace(Path(f"/proc/self/fd/{descriptor}"), data)
    finally:
        os.close(descriptor)


def _check_trace(path: Path, data: bytes) -> None:
    try:
        passages = read_trace(path)
    except TraceUnusable as error:
        hold(str(error).startswith(path.name), "the error names the file")
        return
    hold(len(passages) <= data.count(b"\n") + data.count(b"\r") + len(data) + 1, "a passage has a line of its own")
    transport = ReplayTransport(path)
    with suppress(DriverError):
        for passage in passages:
            if passage.direction == "out":
                transport.write(passage.data)
            elif passage.direction == "in" and passage.data:
                hold(transport.read(4096, 0.0) == passage.data[:4096], "what came in comes in again")
    transport.close()
    with suppress(DriverError):
        chip = ReplayCoupler(path).connect(0.0)
        for passage in passages:
            if passage.direction == "out":
                hold(chip.transmit(passage.data).sw <= 0xFFFF, "an answer has a status word")


def check_peer_certificate(data: bytes) -> None:
    """Anything is a caller with one name, or is none."""
    peer = PeerCertificate.from_der(data)
    hold(peer is None or len(peer.fingerprint) == 64, "a caller has a fingerprint")
