"""What machine and screens know of the site, from the configuration and the region file."""

from __future__ import annotations

from drivers.permit_unit.base import Capabilities
from kiosk.config.settings import Config
from kiosk.domain.devices import CODE_SCANNER, DEVICES
from kiosk.policy.region import Region
from kiosk.presentation.context import PresentationContext
from kiosk.services.device_health import BESIDE_DEVICES
from kiosk.workflow.transition import Site


def site_of(config: Config, region: Region, can: Capabilities) -> Site:
    """What the machine knows of this site. `can`: what its permit unit can do."""
    return Site(
        region=region,
        has_retain_bin=can.has_retain_bin,
        rewrites_face=can.rewrites_face,
        default_language=config.languages[0],
        languages=config.languages,
        pilot=config.pilot,
        has_code_scanner=bool(config.devices[CODE_SCANNER]),
        holder_check=config.holder_check.rule,
        has_technicians=bool(config.service_mode.technicians),
        has_service_cards=bool(config.service_mode.technicians) and config.service_mode.service_cards is not None,
        parts=(*(device.name for device in DEVICES if config.devices[device]), *BESIDE_DEVICES),
        keeps_hours=config.hours is not None,
    )


def about(config: Config, region: Region) -> PresentationContext:
    """What the screens say of this site."""
    return PresentationContext(
        region,
        config.languages,
        config.simulation,
        config.receipt_link,
        config.writing_usually_s,
        pilot=config.pilot,
        face_refreshed_at=config.face_refreshed_at,
        nearest_machine=config.nearest_machine,
        has_service_cards=config.service_mode.service_cards is not None,
    )
