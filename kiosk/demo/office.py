"""The authority's side of a scenario: central's records, and the officer who decides."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass
from uuid import UUID, uuid4

from kiosk.central import contract
from kiosk.central.client import CentralClient, CentralRefusedCall
from kiosk.demo.scenarios import OfficeStep
from kiosk.demo.simulation import ROOT, START_S, Simulation
from kiosk.domain.identity_number import identity_number

SETTLE_S = 120.0
POLL_S = 0.1


class OfficerWasRefused(Exception):
    """The operator's command line refused; the message is its output."""


@dataclass(frozen=True, slots=True)
class OfficeRecord:
    """A step of the officer, with the command line's answer."""

    about: str
    command: str
    answer: str


class Office:
    """Reads central's state with the certificate of a kiosk, and decides with the operator's command line."""

    def __init__(self, place: Simulation, kiosk: str) -> None:
        self._place = place
        self._client: CentralClient = place.central_client(kiosk)

    def does(self, step: OfficeStep, number: str) -> OfficeRecord:
        """Run the step as a process of its own. Raises `OfficerWasRefused`."""
        words = [word.format(number=number) for word in step.words]
        done = subprocess.run(
            [sys.executable, "-m", "kiosk", "central", *words, "--database", self._place.central_database],
            capture_output=True,
            text=True,
            timeout=START_S,
            check=False,
            cwd=ROOT,
        )
        if done.returncode != 0:
            raise OfficerWasRefused(f"central {' '.join(words)}: {done.stderr.strip() or done.stdout.strip()}")
        return OfficeRecord(step.about, f"central {' '.join(words)}", done.stdout.strip())

    def endorsement_state(self, endorsement_id: UUID | None) -> str:
        """Central's state of an endorsement once it is no longer open, or time is up; "none" if it knows of none."""
        if endorsement_id is None:
            return "none"
        deadline = time.monotonic() + SETTLE_S
        while True:
            try:
                state: str = self._client.endorsement_state(endorsement_id).state
            except CentralRefusedCall as error:
                if error.code != "not_found":
                    raise
                return "none"
            if state != "granted" or time.monotonic() > deadline:
                return state
            time.sleep(POLL_S)

    def application(self, person: str, permit: str, expected: str | None) -> contract.ApplicationProgress | None:
        """The newest application of a permit's holder, once its state is the expected one, or time is up."""
        if expected is None:
            return None
        deadline = time.monotonic() + SETTLE_S
        while True:
            newest = self._newest(person, permit)
            if (newest is not None and newest.state == expected) or time.monotonic() > deadline:
                return newest
            time.sleep(POLL_S)

    def _newest(self, person: str, permit: str) -> contract.ApplicationProgress | None:
        holder = self._place.residents.people[person]
        search = contract.ApplicationSearch(
            holder=contract.Holder(name=holder.name, id_number=identity_number(holder.number)), permit=None
        )
        found = self._client.search_applications(search, key=str(uuid4()), sequence=None)
        return found.applications[0] if found.applications else None
