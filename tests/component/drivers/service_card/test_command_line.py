"""`python -m drivers service-card check` from end to end: what whoever issues a card sees."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.__main__ import main
from drivers.simulators.activity import ActivityLog
from drivers.simulators.pcscd import PrivatePcscd
from drivers.simulators.service_card_sim import ServiceCardSim
from tests.fakes.service_cards import Authority

pytestmark = pytest.mark.pcsc


@pytest.fixture
def slot(pcscd: PrivatePcscd, tmp_path: Path) -> Iterator[ServiceCardSim]:
    Authority(tmp_path / "cards").issue("17")
    sim = ServiceCardSim(pcscd.slot_url(1), ActivityLog(), 0.0, tmp_path / "cards")
    sim.start()
    yield sim
    sim.stop()


@pytest.mark.parametrize(
    ("fault", "code", "told"), [(None, 0, "proven by a fresh signature"), ("clone", 1, "NOT that of the certificate")]
)
def test_a_card_is_shown_with_the_proof_of_its_key(
    fault: str | None,
    code: int,
    told: str,
    slot: ServiceCardSim,
    pcscd: PrivatePcscd,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if fault is not None:
        slot.set_fault(fault)
    slot.insert("17")
    assert main(["service-card", "check", "--slot", pcscd.reader_names[1]]) == code
    shown = capsys.readouterr().out
    assert "UID=17" in shown
    assert told in shown


def test_a_card_of_another_kind_and_an_empty_slot_are_one_line(
    slot: ServiceCardSim, pcscd: PrivatePcscd, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"pcsc://{pcscd.reader_names[1]}"
    assert main(["service-card", "check", "--slot", url, "--wait", "0"]) == 2
    assert capsys.readouterr().err.startswith("NoChip: no ")  # or that one has just left, which pcscd sees later
    slot.set_fault("foreign")
    slot.insert("17")
    assert main(["service-card", "check", "--slot", url]) == 2
    assert capsys.readouterr().err == "NotAServiceCard: the card answered 6A82 at selecting the PIV application\n"
