"""The chip of a simulated service card: a PIV application (NIST SP 800-73-4) with one certificate and its key, 9E.

It answers what the kiosk asks for and refuses the rest, as a card does that was never given more. Which status words a
real card has for the rest differs from maker to maker [?].
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from drivers.simulators.virtual_chip import READ_S, Protocol, answer_to_reset

AID = bytes.fromhex("A000000308000010000100")
HISTORICAL = b"PIV-SIM"
SIGNING_S = 0.15  # time that a signature on P-256 takes on a chip of this kind [?]
MOST_AT_ONCE = 256
SILENCE = b""

FAULTS = ("clone", "replay", "pulled_out", "silent", "foreign")


class ServiceCardChip:
    """One card. `protocol`: as `VirtualChip`'s."""

    fault_names: tuple[str, ...] = FAULTS

    def __init__(
        self, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey, *, protocol: Protocol = "t1"
    ) -> None:
        self._certificate = certificate.public_bytes(Encoding.DER)
        self._key = key
        self._protocol = protocol
        self._lock = threading.Lock()
        self._faults: set[str] = set()
        self._earlier: bytes | None = None
        self.pulled_out: Callable[[], None] = lambda: None
        """Called by the fault `pulled_out`, before the card should sign."""
        self._forget()

    # --- what the wire sees

    def atr(self) -> bytes:
        return answer_to_reset(HISTORICAL, self._protocol)

    def power_on(self) -> None:
        self._forget()

    def power_off(self) -> None:
        self._forget()

    def processing_s(self, apdu: bytes) -> float:
        """Seconds that a chip of this kind takes for this command."""
        return SIGNING_S if apdu[1:2] == b"\x87" else READ_S

    def command(self, apdu: bytes) -> bytes:
        """The answer with its status word; empty where the chip stays silent."""
        with self._lock:
            faults = set(self._faults)
        if "silent" in faults:
            return SILENCE
        if "pulled_out" in faults and apdu[1:2] == b"\x87":
            self.pulled_out()
            return SILENCE
        if self._protocol == "t0" and len(apdu) > 5 + apdu[4]:
            return _sw(0x6700)  # on this line no Le follows data
        match apdu[1:2]:
            case b"\xa4":
                return self._select(apdu, is_foreign="foreign" in faults)
            case b"\xc0":
                return self._get_response(apdu)
            case b"\xcb" if self._selected:
                return self._get_data(apdu)
            case b"\x87" if self._selected:
                return self._authenticate(apdu, faults)
            case _:
                return _sw(0x6D00)

    # --- actions and faults

    def set_fault(self, name: str) -> None:
        """clone (signs by another key) · replay (gives the signature of an earlier challenge) · pulled_out (before it
        signs) · silent · foreign (no PIV application).
        """
        if name not in FAULTS:
            raise ValueError(f"no fault {name!r}; there are {', '.join(FAULTS)}")
        with self._lock:
            self._faults.add(name)

    def clear_faults(self) -> None:
        """End all faults."""
        with self._lock:
            self._faults.clear()

    # --- the application

    def _forget(self) -> None:
        self._selected = False
        self._pending = b""

    def _select(self, apdu: bytes, *, is_foreign: bool) -> bytes:
        name = apdu[5 : 5 + apdu[4]] if len(apdu) > 5 else b""
        if apdu[2:4] != b"\x04\x00" or is_foreign or len(name) < 5 or not AID.startswith(name):
            return _sw(0x6A82)
        self._selected = True
        return self._give(_tlv(0x61, _tlv(0x4F, AID[5:]) + _tlv(0x79, _tlv(0x4F, AID[:5]))))

    def _get_data(self, apdu: bytes) -> bytes:
        if apdu[2:4] != b"\x3f\xff":
            return _sw(0x6A86)
        if apdu[5 : 5 + apdu[4]] != bytes.fromhex("5C035FC101"):
            return _sw(0x6A82)
        return self._give(_tlv(0x53, _tlv(0x70, self._certificate) + _tlv(0x71, b"\x00") + _tlv(0xFE, b"")))

    def _authenticate(self, apdu: bytes, faults: set[str]) -> bytes:
        if apdu[2:4] != b"\x11\x9e":
            return _sw(0x6A86)
        template = apdu[5 : 5 + apdu[4]]
        if template[:6] != bytes.fromhex("7C2482008120") or len(template) != 38:
            return _sw(0x6A80)
        key = ec.generate_private_key(ec.SECP256R1()) if "clone" in faults else self._key
        signature = key.sign(template[6:], ec.ECDSA(Prehashed(SHA256())))
        if "replay" in faults and self._earlier is not None:
            signature = self._earlier
        self._earlier = signature
        return self._give(_tlv(0x7C, _tlv(0x82, signature)))

    def _give(self, data: bytes) -> bytes:
        """Answer with data by the protocol: T=0 gives none after a command with data, T=1 as much as fits."""
        at_once = b"" if self._protocol == "t0" else data[:MOST_AT_ONCE]
        return self._portion(at_once, data[len(at_once) :])

    def _get_response(self, apdu: bytes) -> bytes:
        if not self._pending or len(apdu) != 5:
            return _sw(0x6985 if not self._pending else 0x6700)
        asked = apdu[4] or 256
        if asked > len(self._pending):
            return _sw(0x6C00 | len(self._pending) & 0xFF)
        return self._portion(self._pending[:asked], self._pending[asked:])

    def _portion(self, now: bytes, left: bytes) -> bytes:
        self._pending = left
        return now + _sw(0x6100 | (len(left) if len(left) < MOST_AT_ONCE else 0) if left else 0x9000)


def _tlv(tag: int, value: bytes) -> bytes:
    length = len(value)
    if length < 0x80:
        told = bytes((length,))
    else:
        told = bytes((0x81, length)) if length < 0x100 else b"\x82" + length.to_bytes(2, "big")
    return bytes((tag,)) + told + value


def _sw(status: int) -> bytes:
    return status.to_bytes(2, "big")
