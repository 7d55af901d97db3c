"""Screens with what the shipped regions really say: the longest texts that a resident is shown."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from kiosk.guidance import after_applying, service_guidance
from kiosk.policy.region import Region
from kiosk.policy.region_file import load_region, shipped_regions
from kiosk.screen_models import ApplicationScreen, Frame, ScreenModel, ServiceScreen, Text, WayOut
from screens.samples import LANGUAGES, NUMBER, QR

REGIONS_DIR = Path(__file__).resolve().parents[2] / "assets" / "regions"


@cache
def _regions() -> tuple[Region, ...]:
    return tuple(load_region(REGIONS_DIR / f"{code}.toml") for code in shipped_regions())


@cache
def region_samples(language: str) -> dict[str, ScreenModel]:
    """Models by kind, region and service."""
    frame = Frame(language, WayOut.CANCEL, 60, simulation=True, languages=LANGUAGES)
    found: dict[str, ScreenModel] = {}
    for region in _regions():
        first = () if region.kiosks.offered else (region.kiosks.rule,)
        for service, offered in region.services.items():
            told = service_guidance(region, service, first, language)
            found[f"service/{region.code}/{service.value}"] = ServiceScreen(
                frame, offered.name, told.lines, told.bring, told.where, told.sources,
                can_go_on=region.kiosks.offered, can_check_dates=not region.kiosks.offered)
            for way in (None, *(each.way for each in (offered.collection.ways if offered.collection else ()))):
                found[f"application/{region.code}/{service.value}/{way}"] = ApplicationScreen(
                    frame, Text("application.headline.received"), NUMBER, QR,
                    after_applying(region, service, way).lines, printing=True)
    return found
