"""Every screen as a resident may see it, for the gallery and the tests.

Each sample is a state that a visit reached, played through the machine with the shipped region files and the
catalogue's faults, and presented by the presenter. No sample has a text of its own.
"""

from __future__ import annotations

from functools import cache

from kiosk.domain.technician import LANGUAGES as TECHNICIANS
from kiosk.presentation.models.resident import ScreenModel
from kiosk.presentation.models.screens import AnyScreenModel
from screens.authoring.help_samples import helped
from screens.authoring.sample_visits.beginning import beginning
from screens.authoring.sample_visits.deciding import deciding
from screens.authoring.sample_visits.ending import ending
from screens.authoring.sample_visits.places import LANGUAGES
from screens.authoring.sample_visits.regions import regions
from screens.authoring.sample_visits.technician import technician_samples
from screens.authoring.sample_visits.writing import writing

__all__ = ["LANGUAGES", "all_samples", "samples"]


def samples(language: str) -> dict[str, ScreenModel]:
    """The models by their names, which begin with the screen's name."""
    return dict(_played(language))


def all_samples(language: str) -> dict[str, AnyScreenModel]:
    """Those of residents, and in the languages that technicians read `technician_NAME` too."""
    of_technicians = technician_samples(language) if language in TECHNICIANS else {}
    return {**samples(language), **{f"technician_{name}": model for name, model in of_technicians.items()}}


@cache
def _played(language: str) -> dict[str, ScreenModel]:
    parts = (beginning, deciding, writing, ending, regions)
    return helped({name: model for part in parts for name, model in part(language).items()})
