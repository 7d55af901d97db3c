"""Sites for the samples, by the shipped region files, and the fixed numbers of their visits."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from uuid import UUID

from assets import ASSETS
from kiosk.domain.holder_check import NO_CHECK, HolderCheckRule
from kiosk.policy.region import Region
from kiosk.policy.region_file import load_region
from kiosk.presentation.context import PresentationContext
from kiosk.texts.translation import languages_in
from kiosk.workflow.transition import Site
from kiosk.workflow.visits import VisitIds

LANGUAGES = languages_in(ASSETS / "locale")
IDS = VisitIds(UUID("0b5e1f62-73a4-4a0b-9a57-2f6f3f6f5c01"), UUID("c4d17a90-5d0e-4c53-8b8e-6a1d2f0e7b02"))
SESSION = UUID(int=0xB1)
RECEIPT_LINK = "https://kiosk.example/r/"
WRITING_USUALLY_S = 25
MOST_STEPS = 60  # more than any visit has


class NeverCame(Exception):
    """A visit did not reach the state of a sample."""


def beginning_with(language: str) -> tuple[str, ...]:
    """The languages of a site, this one first."""
    return (language, *(each for each in LANGUAGES if each != language))


@cache
def region_of(code: str) -> Region:
    """A shipped region, read once."""
    return load_region(ASSETS / "regions" / f"{code}.toml")


@dataclass(frozen=True, slots=True)
class Place:
    """A site and its kiosk's capabilities. `languages`: the first is the default."""

    region: Region
    rewrites_face: bool = True
    has_retain_bin: bool = True
    holder_check: HolderCheckRule = NO_CHECK
    pilot: bool = False
    languages: tuple[str, ...] = LANGUAGES

    def site(self) -> Site:
        """The machine's site."""
        return Site(
            self.region,
            self.has_retain_bin,
            self.rewrites_face,
            self.languages[0],
            self.languages,
            self.pilot,
            has_code_scanner=True,
            holder_check=self.holder_check,
        )

    def about(self) -> PresentationContext:
        """What the presenter knows of it. A face that is not rewritten here is, at the region's first counter; the
        next kiosk is there too.
        """
        elsewhere = next(iter(self.region.offices.values())).name
        return PresentationContext(
            self.region,
            self.languages,
            simulation=True,
            receipt_link=RECEIPT_LINK,
            writing_usually_s=WRITING_USUALLY_S,
            pilot=self.pilot,
            face_refreshed_at=None if self.rewrites_face else elsewhere,
            nearest_machine=elsewhere,
        )
