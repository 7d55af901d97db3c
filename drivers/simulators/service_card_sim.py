"""The technician's slot with the cards that can be put into it: files with a certificate and its key."""

from __future__ import annotations

import threading
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from drivers.simulators.activity import ActivityLog
from drivers.simulators.service_card_chip import FAULTS, ServiceCardChip
from drivers.simulators.virtual_chip import Protocol
from drivers.simulators.vpcd_link import VpcdHost

SUFFIX = ".pem"


def service_card_of(pem: bytes, protocol: Protocol) -> ServiceCardChip:
    """The card of what python -m kiosk service-mode issue-card wrote. Raises ValueError."""
    key = load_pem_private_key(pem, None)
    if not isinstance(key, EllipticCurvePrivateKey):
        raise ValueError("the key of a service card is one on the curve P-256")
    return ServiceCardChip(x509.load_pem_x509_certificate(pem), key, protocol=protocol)


class ServiceCardSim:
    """A slot. `vpcd_url`: the chip side of its coupler; `service_cards`: a folder with a file for each card;
    `protocol`: that its cards speak.
    """

    fault_names: tuple[str, ...] = FAULTS

    def __init__(
        self, vpcd_url: str, activity: ActivityLog, pace: float, service_cards: Path, protocol: Protocol = "t1"
    ) -> None:
        self._host = VpcdHost(vpcd_url, activity, pace)
        self._service_cards = service_cards
        self._protocol = protocol
        self._chips: dict[bytes, ServiceCardChip] = {}  # by their file's content: a card remembers what it signed
        self._lock = threading.RLock()
        self._faults: set[str] = set()
        self._inserted: tuple[str, ServiceCardChip] | None = None

    def start(self) -> None:
        self._host.start()

    def stop(self) -> None:
        """Take the card out and end; may be called twice."""
        self.pull()
        self._host.stop()

    @property
    def service_cards(self) -> tuple[str, ...]:
        """The names of the cards."""
        return tuple(sorted(path.stem for path in self._service_cards.glob(f"*{SUFFIX}")))

    @property
    def inserted(self) -> str | None:
        """The name of the card in the slot."""
        with self._lock:
            return None if self._inserted is None else self._inserted[0]

    def insert(self, name: str) -> None:
        """Put a card into the slot, in place of any other. Raises ValueError."""
        if name not in self.service_cards:
            raise ValueError(f"there is no service card {name!r}; there are {', '.join(self.service_cards) or 'none'}")
        pem = (self._service_cards / f"{name}{SUFFIX}").read_bytes()
        with self._lock:
            self.pull()
            if pem not in self._chips:
                self._chips[pem] = service_card_of(pem, self._protocol)
            chip = self._chips[pem]
            chip.pulled_out = self._pull_out
            chip.clear_faults()
            for fault in self._faults:
                chip.set_fault(fault)
            self._inserted = (name, chip)
            self._host.lay(chip)

    def pull(self) -> str | None:
        """Pull the card out; its name, or None if there was none."""
        with self._lock:
            inserted, self._inserted = self._inserted, None
            if inserted is None:
                return None
            self._host.lift(inserted[1])
            return inserted[0]

    def _pull_out(self) -> None:
        self.pull()

    def set_fault(self, name: str) -> None:
        """See `ServiceCardChip.set_fault`; it holds for the card in the slot and for those that come."""
        with self._lock:
            if name not in FAULTS:
                raise ValueError(f"no fault {name!r}; there are {', '.join(FAULTS)}")
            self._faults.add(name)
            if self._inserted is not None:
                self._inserted[1].set_fault(name)

    def clear_faults(self) -> None:
        """End all faults."""
        with self._lock:
            self._faults.clear()
            if self._inserted is not None:
                self._inserted[1].clear_faults()
