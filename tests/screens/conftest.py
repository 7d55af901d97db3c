"""One window for each size, without a display."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from screens.authoring.gallery import SIZES
from tests.screens.window import Window

OFFSCREEN = {"SDL_VIDEODRIVER": "offscreen"}


@pytest.fixture(scope="package")
def windows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Window]]:
    """Windows by size; each is opened when it is first asked for."""
    opened = _Windows(tmp_path_factory)
    yield opened
    for window in opened.values():
        window.__exit__(None, None, None)


class _Windows(dict[str, Window]):
    def __init__(self, folders: pytest.TempPathFactory) -> None:
        super().__init__()
        self._folders = folders

    def __missing__(self, size: str) -> Window:
        folder: Path = self._folders.mktemp("window")
        self[size] = Window(size, folder, OFFSCREEN)
        return self[size]


@pytest.fixture(autouse=True)
def nothing_left(request: pytest.FixtureRequest) -> None:
    """What one test's touches emitted and it did not ask for is not the next one's."""
    if "windows" in request.fixturenames:
        for window in request.getfixturevalue("windows").values():
            window.forget()


@pytest.fixture(scope="module", params=SIZES)
def window(request: pytest.FixtureRequest, windows: dict[str, Window]) -> Window:
    """A window of every size in turn."""
    return windows[request.param]


@pytest.fixture(scope="module")
def upright(windows: dict[str, Window]) -> Window:
    """The window of the first size."""
    return windows[SIZES[0]]


@pytest.fixture(scope="module")
def panel(windows: dict[str, Window]) -> Window:
    """The window of the smallest size."""
    return windows["panel-1280x800"]
