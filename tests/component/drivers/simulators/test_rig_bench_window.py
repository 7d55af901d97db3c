"""The bench window, in a process of its own and without a display: it opens, reads the rig, and stays up."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assets import ASSETS
from drivers.simulators.bench_labels import DEVICES, FAULTS, KINDS, PLACES, fault_label
from drivers.simulators.control import RigControl
from drivers.simulators.direct_link import DirectCoupler
from drivers.simulators.permit import PermitLocation
from drivers.simulators.residents import CHIP_KINDS, load_residents
from drivers.simulators.rig import Rig
from drivers.typeface import Typeface
from tests.fakes.service_cards import Authority
from tests.waiting import LIMIT_S, eventually

ROOT = Path(__file__).parents[4]
LOOKS_ON_FOR_S = 3.0
OPEN = "Start application main loop"


@pytest.mark.slow
@pytest.mark.screen
def test_the_window_opens_and_every_fault_has_a_label(tmp_path: Path) -> None:
    coupler = DirectCoupler()
    slot = DirectCoupler()
    Authority(tmp_path / "cards").issue("engineer")
    typeface, cards = Typeface.load(ASSETS / "fonts"), (slot.url, tmp_path / "cards")
    rig = Rig(tmp_path, load_residents(), 0.0, coupler.url, typeface, service_cards=cards)
    control = RigControl(rig, tmp_path / "control")
    rig.start()
    control.start()
    environment = {**os.environ, "SDL_VIDEODRIVER": "offscreen", "KIVY_HOME": str(tmp_path / "kivy")}
    command = [sys.executable, "-m", "drivers", "bench", "--control", str(tmp_path / "control")]
    try:
        unnamed = {name for names in rig.fault_names.values() for name in names} - FAULTS.keys()
        assert unnamed == set()
        assert set(rig.fault_names) == set(DEVICES)
        log = tmp_path / "said"
        with log.open("wb") as out, subprocess.Popen(command, cwd=ROOT, env=environment, stderr=out) as window:
            eventually(lambda: OPEN in log.read_text("utf-8") or window.poll() is not None)
            deadline = time.monotonic() + LOOKS_ON_FOR_S
            while window.poll() is None and time.monotonic() < deadline:
                time.sleep(0.05)
            still_open = window.poll() is None
            window.terminate()
            window.wait(LIMIT_S)
        said = log.read_text("utf-8")
        assert still_open, said
        assert "Traceback" not in said
        assert OPEN in said
    finally:
        control.stop()
        rig.stop()
        coupler.close()
        slot.close()


def test_every_place_and_every_kind_of_chip_has_a_label() -> None:
    assert set(PLACES) == {place.value for place in PermitLocation}
    assert set(KINDS) == set(CHIP_KINDS)
    assert fault_label("paper_out") == "缺纸\npaper out"
    assert fault_label("something_new") == "something new"
