"""The table `control` of the configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from assets import ASSETS
from kiosk.config.control import ControlSettings
from kiosk.config.settings import ConfigError, load_config
from tests.lobby.production_site import GOOD, written


def test_a_site_has_its_socket_in_the_services_directory_for_its_user_and_root(tmp_path: Path) -> None:
    assert load_config(written(tmp_path, GOOD), ASSETS).control == ControlSettings(Path("/run/qianzhu-kiosk/control"))


def test_a_simulation_has_it_in_its_own_state_directory(tmp_path: Path) -> None:
    simulated = GOOD.replace('"production"', '"simulation"')
    config = load_config(written(tmp_path, simulated), ASSETS)
    assert config.control == ControlSettings(config.state_dir / "control")


def test_a_site_names_its_own_socket_and_a_group(tmp_path: Path) -> None:
    text = f'{GOOD}\n[control]\nsocket = "run/asked"\ngroup = "kiosk-watch"\n'
    assert load_config(written(tmp_path, text), ASSETS).control == ControlSettings(
        tmp_path / "run/asked", "kiosk-watch"
    )


@pytest.mark.parametrize(
    ("line", "mistake"),
    [
        (f'socket = "{"x" * 200}"', "a socket's path has 107 at most; name a shorter one"),
        ('socket = ""', "control.socket: is missing"),
        ("group = 3", "control.group: is 3"),
        ('users = "x"', "control.users"),
    ],
)
def test_a_mistake_is_one_line(tmp_path: Path, line: str, mistake: str) -> None:
    with pytest.raises(ConfigError) as told:
        load_config(written(tmp_path, f"{GOOD}\n[control]\n{line}\n"), ASSETS)
    (only,) = told.value.mistakes
    assert mistake in only
