"""The service card in its slot: whether one is there, its certificate, and the proof that it holds the key."""

from __future__ import annotations

import hashlib
import secrets
from types import TracebackType

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256

from drivers.apdu_exchange import exchange
from drivers.errors import DriverError
from drivers.service_card import piv
from drivers.service_card.piv import DEVICE as DEVICE
from drivers.transport.base import ApduAnswer, ConnectedChip, WatchedSlot

POWER_S = 2.0
"""How long a card that was just put in may take to answer; its contacts may still scrape."""
CHALLENGE_BYTES = 32
PURPOSE = b"qianzhu-kiosk service card\n"
"""Stands before every challenge, so that what a kiosk has a card sign is of no use elsewhere."""


class NotAServiceCard(DriverError):
    """A chip answers, but it is no PIV card, or one without certificate or key for card authentication. `sw`: what it
    answered, 16 bits.
    """

    def __init__(self, doing: str, sw: int) -> None:
        super().__init__(f"the card answered {sw:04X} at {doing}", device=DEVICE)
        self.sw = sw


class ServiceCardReader:
    """A PC/SC slot for service cards. One thread may use it at a time."""

    def __init__(self, slot: WatchedSlot) -> None:
        self._slot = slot
        self._chip: ConnectedChip | None = None

    def presence(self) -> int | None:
        """A number of the card that is in the slot, another one for every card that is put in; None without a card.
        Raises `LinkLost`.
        """
        return self._slot.presence()

    def read_certificate(self) -> bytes:
        """The card's certificate (DER), not looked at. The card stays powered until `release`.

        Raises `NoChip`, `NotAServiceCard`, `UnexpectedReply`, and `TransportError` (also for a card that was pulled
        out).
        """
        self.release()
        self._chip = self._slot.connect(POWER_S)
        self._expect_ok(piv.select(), "selecting the PIV application")
        return piv.certificate_of(self._expect_ok(piv.get_certificate(), "reading the certificate").data)

    def proves(self, public_key: EllipticCurvePublicKey) -> bool:
        """Whether the card whose certificate was just read holds the key of `public_key`: it signs something that was
        never signed before. Raises as `read_certificate`.
        """
        digest = hashlib.sha256(PURPOSE + secrets.token_bytes(CHALLENGE_BYTES)).digest()
        signature = piv.signature_of(self._expect_ok(piv.authenticate(digest), "authenticating").data)
        try:
            public_key.verify(signature, digest, ECDSA(Prehashed(SHA256())))
        except InvalidSignature:
            return False
        return True

    def _expect_ok(self, command: bytes, doing: str) -> ApduAnswer:
        if self._chip is None:
            raise ValueError("no card is open")
        answer = exchange(self._chip, command, DEVICE)
        if answer.sw != piv.OK:
            raise NotAServiceCard(doing, answer.sw)
        return answer

    def release(self) -> None:
        """Power the card off; it may stay in the slot. May be called twice."""
        chip, self._chip = self._chip, None
        if chip is not None:
            chip.close()

    def close(self) -> None:
        """Release card and slot; may be called twice."""
        self.release()
        self._slot.close()

    def __enter__(self) -> ServiceCardReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()
