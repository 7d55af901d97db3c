"""The regions' rules at central: the same files and the same functions as in the kiosk."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from kiosk.central.reference.tables import Permit
from kiosk.policy.assess import assess
from kiosk.policy.assessment import Assessment
from kiosk.policy.region import Region
from kiosk.policy.region_file import load_region
from kiosk.policy.request import AssessmentRequest
from kiosk.policy.terms import age_on


class RegionRules:
    """Region files, read once. What a region lets central verify counts as verified: the residents are fictional."""

    def __init__(self, regions: Iterable[Region]) -> None:
        self._regions = tuple(regions)

    @classmethod
    def from_files(cls, paths: Iterable[Path]) -> RegionRules:
        """Read region files, or every one of a directory. Raises `RegionFileError`."""
        files = [file for path in paths for file in (sorted(path.glob("*.toml")) if path.is_dir() else [path])]
        return cls(load_region(file) for file in files)

    def assess(self, permit: Permit, holder_number: str, declarations: tuple[str, ...], on: date) -> Assessment | None:
        """See `endorsing.Rules`."""
        region = next((each for each in self._regions if each.recognises(permit.region)), None)
        if region is None:
            return None
        return assess(
            region,
            AssessmentRequest(
                on=on,
                valid_from=permit.valid_from,
                valid_to=permit.valid_to,
                category=permit.category,
                issued_on=permit.issued_on,
                last_endorsed_on=permit.endorsed_on,
                declared=frozenset(key for key in declarations if key in region.declarations),
                age=_age(holder_number, on),
                issuing_authority=permit.issuing_authority,
                verified=frozenset(key for key, evidence in region.evidence.items() if evidence.central_verifies),
            ),
        )


def _age(id_number: str, on: date) -> int | None:
    """Completed years, by the date of birth in an 18-character identity number (GB 11643)."""
    try:
        return age_on(date(int(id_number[6:10]), int(id_number[10:12]), int(id_number[12:14])), on)
    except ValueError:
        return None
