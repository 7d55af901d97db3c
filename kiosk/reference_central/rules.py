"""The regions' rules at central: the same files and the same functions as in the kiosk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kiosk.domain.endorsement import Service
from kiosk.policy.assess import assess
from kiosk.policy.assessment import Assessment
from kiosk.policy.region import Region
from kiosk.policy.region_file import load_region
from kiosk.policy.request import AssessmentRequest
from kiosk.policy.rules import DECLARATIONS
from kiosk.policy.services import OfferedService
from kiosk.policy.terms import age_on
from kiosk.reference_central.tables import Permit


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to the rules for a permit. `verified`: the proofs that central itself verified.

    `received_on`: for a review, the day on which central received the application.
    """

    service: str
    declarations: tuple[str, ...] = ()
    verified: frozenset[str] = frozenset()
    agent: str | None = None
    new_category: str | None = None
    authority_changes: bool = False
    received_on: date | None = None


class RegionRules:
    """Region files, read once. `pilots`: codes of regions where the authority ordered a trial at kiosks."""

    def __init__(self, regions: Iterable[Region], pilots: Iterable[str] = ()) -> None:
        self._regions = tuple(regions)
        self._pilots = frozenset(pilots)

    @classmethod
    def from_files(cls, paths: Iterable[Path], pilots: Iterable[str] = ()) -> RegionRules:
        """Read region files, or every one of a directory. Raises `RegionFileError`."""
        files = [file for path in paths for file in (sorted(path.glob("*.toml")) if path.is_dir() else [path])]
        return cls((load_region(file) for file in files), pilots)

    def region_of(self, area_code: str) -> Region | None:
        """The region that issued permits of this area; None where no file covers it."""
        return next((each for each in self._regions if each.recognises(area_code)), None)

    def is_one_region(self, area_code: str, other: str) -> bool:
        """Whether two areas are of one region; where no file covers it, whether they are the same."""
        region = self.region_of(area_code)
        return area_code == other if region is None else region.recognises(other)

    def offered(self, area_code: str, service: str) -> OfferedService | None:
        """The region's service of that name; None where it has none."""
        region = self.region_of(area_code)
        if region is None or service not in _SERVICES:
            return None
        return region.services.get(Service(service))

    def assess(self, permit: Permit, asked: Asked, on: date) -> Assessment | None:
        """The assessment by the rules of the permit's region on that day.

        None where no region file covers it, or the service or the new category is not one of the region's.
        """
        region = self.region_of(permit.region)
        if region is None or asked.service not in _SERVICES:
            return None
        if asked.new_category is not None and asked.new_category not in region.categories:
            return None
        return assess(
            region,
            AssessmentRequest(
                on=on,
                valid_from=permit.valid_from,
                valid_to=permit.valid_to,
                service=Service(asked.service),
                category=permit.category,
                new_category=asked.new_category,
                issued_on=permit.issued_on,
                last_endorsed_on=permit.endorsed_on,
                received_on=asked.received_on,
                declared=frozenset(
                    key for key in asked.declarations if key in region.declarations or key in DECLARATIONS
                ),
                age=_age(permit.holder_number, asked.received_on or on),
                agent=asked.agent,
                issuing_authority=permit.issuing_authority,
                authority_changes=asked.authority_changes,
                # The holder's identity card was read, and compared with the record, before the rules are asked.
                verified=(asked.verified | {"id_card"}) & region.evidence.keys(),
                pilot=region.code in self._pilots,
            ),
        )


_SERVICES = frozenset(service.value for service in Service)


def _age(id_number: str, on: date) -> int | None:
    """Completed years, by the date of birth in an 18-character identity number (GB 11643)."""
    try:
        return age_on(date(int(id_number[6:10]), int(id_number[10:12]), int(id_number[12:14])), on)
    except ValueError:
        return None
