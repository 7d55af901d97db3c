"""Nobody is there, and central is silent, or takes this kiosk no more: told before the next permit, up and down."""

from __future__ import annotations

import shutil
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from kiosk.domain.faults import KIOSK_NOT_ACCEPTED
from kiosk.presentation.models.resident import WelcomeScreen
from kiosk.presentation.present import present
from kiosk.reference_central.authority import issue_client
from kiosk.services.device_health import CENTRAL
from kiosk.workflow import states as s
from tests.flows.conftest import OpenPlace
from tests.lobby.kiosk_harness import KioskHarness
from tests.lobby.visitor import LIN
from tests.torture.faults.certificates import ExpiredEnd, make_expired
from tests.waiting import eventually


def is_found(place: KioskHarness, code: str) -> None:
    """Let looks pass until one finds this of central."""

    def looked() -> bool:
        place.lets_pass()
        return place.running.health.states().get(CENTRAL) == code

    eventually(looked)


def welcome_says_so(place: KioskHarness) -> bool:
    trouble = place.running.health.fault(CENTRAL) is not None
    seen = present(place._about, s.Idle("en"), without_central=trouble)
    assert isinstance(seen, WelcomeScreen)
    return seen.without_central


def goes_on(place: KioskHarness) -> None:
    address = urlsplit(place.central.url)
    place.cable.lead_to((address.hostname or "", address.port or 0))


@pytest.fixture
def named_anew(open_place: OpenPlace, tmp_path: Path) -> tuple[KioskHarness, Path, Path]:
    """A kiosk whose certificate is of a name that central does not know; also where the two files are."""
    place = open_place()
    certificate, key = issue_client(place.authority.tls_dir, "kiosk-unheard-of")
    own, own_key = tmp_path / "own.pem", tmp_path / "own.key"
    shutil.copy(certificate, own)
    shutil.copy(key, own_key)
    place.config = replace(place.config, central=replace(place.config.central, certificate=own, key=own_key))
    place.start_kiosk()
    return place, own, own_key


def test_a_kiosk_that_central_does_not_know_is_closed_until_other_files_are_there(
    named_anew: tuple[KioskHarness, Path, Path],
) -> None:
    place, own, own_key = named_anew
    assert place.sees(s.OutOfService).fault is KIOSK_NOT_ACCEPTED
    shutil.copy(place.authority.tls_dir / "kiosk.key", own_key)
    shutil.copy(place.authority.tls_dir / "kiosk.pem", own)
    place.is_open_again()
    place.plays(LIN.renewal())
    assert place.central_state() == "written"


def test_a_kiosk_whose_certificate_is_refused_is_closed_and_stays_so_while_central_is_silent(
    place: KioskHarness,
) -> None:
    make_expired(place.authority.tls_dir)
    with closing(ExpiredEnd(place.authority.tls_dir, of_central=False)) as end:
        place.sees(s.Idle)
        is_found(place, "ok")
        place.cable.lead_to(end.address)
        is_found(place, KIOSK_NOT_ACCEPTED.code)
        assert place.sees(s.OutOfService).fault is KIOSK_NOT_ACCEPTED
        place.cable.lead_to(None)
        for _ in range(3):
            place.lets_pass()
        assert place.running.health.states()[CENTRAL] == KIOSK_NOT_ACCEPTED.code
        goes_on(place)
        place.is_open_again()
    assert place.running.health.states()[CENTRAL] == "ok"


def test_a_kiosk_whose_certificate_has_ended_is_closed_though_the_line_goes_on(place: KioskHarness) -> None:
    place.sees(s.Idle)
    is_found(place, "ok")
    place.lets_pass(timedelta(days=10_000).total_seconds())
    closed = eventually(lambda: place.state if isinstance(place.state, s.OutOfService) else None)
    assert closed is not None
    assert closed.fault is KIOSK_NOT_ACCEPTED


def test_a_central_that_is_silent_closes_nothing_and_the_welcome_page_says_so(place: KioskHarness) -> None:
    place.sees(s.Idle)
    is_found(place, "ok")
    assert not welcome_says_so(place)
    place.cable.lead_to(None)
    is_found(place, "5101")
    assert isinstance(place.state, s.Idle)
    assert welcome_says_so(place)
    goes_on(place)
    is_found(place, "ok")
    assert not welcome_says_so(place)
