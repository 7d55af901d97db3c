"""Which samples `make test` walks over: of those that differ in their words alone, the rest is for `make long`."""

from __future__ import annotations

from kiosk.policy.region_file import shipped_regions
from screens.authoring.samples import samples
from tests.sampling import long_but

ALIKE = (
    "outcome_refusal_",
    "outcome_kept_",
    "out_of_service_",
    "service_",
    *(f"{kind}_{code}_" for kind in ("assessment", "question") for code in shipped_regions()),
)
KEPT = {"service_not_offered", "out_of_service_permit_inside", "outcome_kept_fault", "outcome_refusal_other_region"}
NAMES = list(samples("en"))
EACH_SAMPLE = long_but({name for name in NAMES if name in KEPT or not name.startswith(ALIKE)}, NAMES)
