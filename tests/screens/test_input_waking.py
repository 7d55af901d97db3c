"""Where the display server's socket is looked for; no window here."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from screens.shell.display_socket import display_addresses, display_connections


@pytest.mark.parametrize(
    ("environment", "addresses"),
    [
        ({}, set()),
        ({"DISPLAY": ""}, set()),
        ({"DISPLAY": ":99"}, {"/tmp/.X11-unix/X99"}),
        ({"DISPLAY": ":0.1"}, {"/tmp/.X11-unix/X0"}),
        ({"DISPLAY": "unix:7"}, {"/tmp/.X11-unix/X7"}),
        ({"WAYLAND_DISPLAY": "wayland-1", "XDG_RUNTIME_DIR": "/run/user/8"}, {"/run/user/8/wayland-1"}),
        ({"WAYLAND_DISPLAY": "/run/cage", "XDG_RUNTIME_DIR": "/run/user/8"}, {"/run/cage"}),
    ],
)
def test_the_server_listens_where_the_environment_says(environment: dict[str, str], addresses: set[str]) -> None:
    assert display_addresses(environment) == addresses


def test_only_the_connection_to_the_display_server_is_watched(tmp_path: Path) -> None:
    environment = {"WAYLAND_DISPLAY": str(tmp_path / "w")}
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(str(tmp_path / "w"))
        server.listen()
        assert display_connections(environment) == []
        client.connect(str(tmp_path / "w"))
        assert display_connections(environment) == [client.fileno()]
        assert display_connections({}) == []
