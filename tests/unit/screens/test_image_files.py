"""Which rendering is shown in which place."""

from __future__ import annotations

from pathlib import Path

import pytest

from screens.style.image_files import ImageFiles


@pytest.fixture
def files(tmp_path: Path) -> ImageFiles:
    sizes = ("100x80", "200x160", "400x320")
    for name in ["house", "card-2", "card-1"]:
        for size in sizes:
            (tmp_path / f"{name}.{size}.png").touch()
    for other in (".house.100x80.png.17", "house.png", "house.wide.png", "readme.txt"):
        (tmp_path / other).touch()
    return ImageFiles(tmp_path)


@pytest.mark.parametrize(
    ("width", "height", "size"),
    [(1000, 1000, "400x320"), (399, 1000, "200x160"), (1000, 159, "100x80"), (200, 160, "200x160"), (3, 3, "100x80")],
)
def test_the_largest_that_fits_is_shown_and_the_smallest_if_none_does(
    files: ImageFiles, width: int, height: int, size: str
) -> None:
    assert [path.name for path in files.fitting("house", width, height)] == [f"house.{size}.png"]


def test_frames_come_in_order(files: ImageFiles) -> None:
    assert [path.name for path in files.fitting("card", 250, 250)] == ["card-1.200x160.png", "card-2.200x160.png"]


def test_what_is_missing_is_asked_for_by_its_name(files: ImageFiles, tmp_path: Path) -> None:
    assert files.fitting("boat", 100, 100) == (tmp_path / "boat.png",)
    assert ImageFiles(tmp_path / "nowhere").fitting("house", 100, 100) == (tmp_path / "nowhere" / "house.png",)
