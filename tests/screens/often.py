"""Which samples `make test` walks over: of those that differ in their words alone, the rest is for `make long`."""

from __future__ import annotations

from kiosk.policy.region_file import shipped_regions
from kiosk.presentation.models.resident import ScreenModel
from screens.authoring.samples import samples
from tests.sampling import long_but
from tests.screens.expected_words import expected_words

ALIKE = (
    "outcome_refusal_",
    "outcome_kept_",
    "out_of_service_",
    "service_",
    *(f"{kind}_{code}_" for kind in ("assessment", "question") for code in shipped_regions()),
)
KEPT = {"service_not_offered", "out_of_service_permit_inside", "outcome_kept_fault", "outcome_refusal_other_region"}
NAMES = list(samples("en"))
OFTEN = [name for name in NAMES if name in KEPT or not name.startswith(ALIKE)]
EACH_SAMPLE = long_but(OFTEN, NAMES)


def wordiest(language: str) -> list[str]:
    """Of each screen the sample that says most."""
    longest: dict[type[ScreenModel], tuple[int, str]] = {}
    for name, model in samples(language).items():
        said = sum(map(len, expected_words(model, language)))
        longest[type(model)] = max(longest.get(type(model), (0, "")), (said, name))
    return [name for _, name in longest.values()]
