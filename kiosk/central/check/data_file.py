"""What a check is told about a central: a test person, a test permit, and what central would answer. JSON.

Every table may be left out; what it would have been needed for is then "not tried". `example.json` beside this file
shows all of them, and `kiosk/central/README.md` says what central's record has to hold.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field, TypeAdapter

from kiosk.central import contract
from kiosk.central import contract_values as its
from kiosk.data_files.reader import DataFileError
from kiosk.data_files.typed_json import load_typed_json

EXAMPLE = Path(__file__).with_name("example.json")


class CheckDataError(DataFileError):
    """A file that cannot be used; no mistake repeats what the file says."""


class RestOfChip(contract.Model):
    """What the simulated chip holds beside what the contract tells: `sex` (GB/T 2261.1), `ethnicity` (GB/T 3304)."""

    sex: Literal["1", "2"] = Field(default="2", repr=False)
    ethnicity: str = Field(default="01", pattern="^[0-9]{2}$", repr=False)
    birth: its.Day = Field(default=date(1990, 1, 1), repr=False)


class PermitCase(contract.Model):
    """A permit with its holder, as a kiosk reads them, and what is asked for."""

    holder: contract.Holder
    permit: contract.PermitFacts
    service: contract.ServiceName = "endorse"
    declarations: tuple[its.Key, ...] = ()
    new_category: its.Key | None = None


class EndorsementCase(PermitCase):
    """Central grants this at once. A check that goes through writes the chip and moves central's record on."""

    rest_of_chip: RestOfChip = RestOfChip()


class RefusalCase(PermitCase):
    """Central refuses this with `code`; `retain`: the permit is to be kept."""

    code: its.Code
    retain: its.Flag = False


class RewriteCase(PermitCase):
    """Work waits for this permit. The check gives the grant back unused."""

    kind: Literal["rewrite", "face_only"]


class EvidenceCase(PermitCase):
    """One proof of this holder."""

    key: its.Key
    licence_code: its.LicenceCode | None = Field(default=None, repr=False)
    result: Literal["verified", "not_verified", "needs_person"]


class ApplicationCase(PermitCase):
    """Central takes this in for review. The check withdraws it. `collection`: a way that may be chosen while it waits,
    None where none may.
    """

    collection: Literal["kiosk", "counter", "post"] | None = None


class CheckData(contract.Model):
    """The whole file."""

    endorsement: EndorsementCase | None = None
    refusal: RefusalCase | None = None
    pending_rewrite: RewriteCase | None = None
    evidence: EvidenceCase | None = None
    application: ApplicationCase | None = None


_DATA = TypeAdapter(CheckData)


def load_check_data(path: Path) -> CheckData:
    """Raises `CheckDataError` naming every mistake."""
    return load_typed_json(path, _DATA, CheckDataError)
