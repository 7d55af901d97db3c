"""The data of a check, as JSON: test persons, test permits, and the answers that central should give.

Every table may be left out; checks that need it are then "not tried". `example.json` beside this file has all of them,
and `kiosk/central/README.md` says what central's record must contain.
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
    """A file that cannot be used. No mistake repeats the file's content."""


class RestOfChip(contract.Model):
    """Content of the simulated chip that the contract does not have: `sex` (GB/T 2261.1), `ethnicity` (GB/T 3304)."""

    sex: Literal["1", "2"] = Field(default="2", repr=False)
    ethnicity: str = Field(default="01", pattern="^[0-9]{2}$", repr=False)
    birth: its.Day = Field(default=date(1990, 1, 1), repr=False)


class PermitCase(contract.Model):
    """A permit with its holder, as a kiosk reads them, and the service asked for."""

    holder: contract.Holder
    permit: contract.PermitFacts
    service: contract.ServiceName = "endorse"
    declarations: tuple[its.Key, ...] = ()
    new_category: its.Key | None = None


class EndorsementCase(PermitCase):
    """A case that central grants at once. A successful check writes the chip and changes central's record."""

    rest_of_chip: RestOfChip = RestOfChip()


class RefusalCase(PermitCase):
    """A case that central refuses with `code`; `retain`: the permit is to be retained."""

    code: its.Code
    retain: its.Flag = False


class RewriteCase(PermitCase):
    """A permit for which work waits. The check gives the grant back unused."""

    kind: Literal["rewrite", "face_only"]


class EvidenceCase(PermitCase):
    """One proof of this holder."""

    key: its.Key
    licence_code: its.LicenceCode | None = Field(default=None, repr=False)
    result: Literal["verified", "not_verified", "needs_person"]


class ApplicationCase(PermitCase):
    """An application that central receives for review. The check withdraws it. `collection`: a way that may be chosen
    while it waits, None where none may.
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
    """The data in `path`. Raises `CheckDataError` with every mistake."""
    return load_typed_json(path, _DATA, CheckDataError)
