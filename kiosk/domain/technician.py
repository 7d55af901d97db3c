"""Who may work at the machine itself, and at what: technicians, their roles, and what a role may do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

LANGUAGES = ("zh-Hans", "en")
"""What technicians read, by tag."""


class Role(Enum):
    """What a technician is there for. No role may do everything."""

    SITE_STAFF = "site_staff"  # looks after paper, bin and permits
    ENGINEER = "engineer"  # finds and mends what is broken
    AUDITOR = "auditor"  # reads what was done, and changes nothing


class Right(Enum):
    """What can be done in service mode beyond looking at the machine's state, which every role may."""

    TEST = "test"  # a device is asked to work
    CLOSE = "close"  # the machine is closed for a reason, and opened again
    EMPTY_BIN = "empty_bin"  # retained permits are listed, handed over, and the bin noted as empty


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.SITE_STAFF: frozenset({Right.CLOSE, Right.EMPTY_BIN}),
    Role.ENGINEER: frozenset({Right.TEST, Right.CLOSE}),
    Role.AUDITOR: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Technician:
    """Somebody who was let in. `number`: two digits, by which log and journal name them; `name`: as the site's file of
    technicians has it. `by_service_card`: a service card let them in, and they leave with it.
    """

    number: str
    name: str
    role: Role
    by_service_card: bool = False

    def may(self, right: Right) -> bool:
        return right in RIGHTS[self.role]
