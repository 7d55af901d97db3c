"""Opens the slots of chips by their URLs, those of simulated chips included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drivers.transport.device_urls import SimUrl, parse_url

if TYPE_CHECKING:
    from drivers.transport.base import Coupler, WatchedSlot


def open_coupler(url: str) -> Coupler:
    """Where permits' chips are connected. Raises `UrlError`; `LinkLost` if there is no such reader."""
    match parse_url(url):
        case SimUrl(int(port)):
            from drivers.simulators.direct_link import DirectCoupler

            return DirectCoupler(port=port)
    from drivers.transport import urls

    return urls.open_coupler(url)


def open_watched_slot(url: str) -> WatchedSlot:
    """Where service cards are put in. Raises `UrlError`."""
    match parse_url(url):
        case SimUrl(int(port)):
            from drivers.simulators.direct_link import DirectCoupler

            return DirectCoupler(port=port)
    from drivers.transport import urls

    return urls.open_watched_slot(url)
