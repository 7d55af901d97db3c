"""Screens look as they did when somebody looked at them: see tests/screens/reviewed."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from screens.authoring.drawing import draw
from screens.authoring.looks import PALETTES, SIZES, TEXTS, Look, Picture
from screens.authoring.samples import LANGUAGES, all_samples
from tests.screens.differences_page import write_differences
from tests.screens.reviewed_pictures import (
    BUILD,
    MOST,
    MOST_BYTES,
    REVIEWED,
    accept,
    changed,
    compared,
    differences,
    kept,
    wanted,
)

SOME = 5
"""Every fifth in order of their paths: of each display, language and palette some."""


@pytest.mark.screen
@pytest.mark.slow
def test_some_reviewed_pictures_look_as_they_did(tmp_path: Path) -> None:
    some = sorted(wanted(), key=lambda picture: picture.path)[::SOME]
    for _ in draw(some, tmp_path):
        pass
    found = [str(each.picture.path) for each in changed(some, tmp_path)]
    assert found == [], "looks different: `make pictures` shows how; with ACCEPT=1 it takes it as reviewed"


@pytest.mark.screen
@pytest.mark.slow
@pytest.mark.long
def test_every_reviewed_picture_looks_as_it_did() -> None:
    found = compared()
    assert [str(each.picture.path) for each in found] == [], (
        f"looks different: {BUILD / 'differences.html'} shows before, after and difference; where that is right, "
        "`make pictures ACCEPT=1` takes it as reviewed"
    )


def test_what_is_listed_is_kept_and_nothing_else() -> None:
    assert sorted(picture.path for picture in wanted()) == [picture.path for picture in kept()]


def test_the_reviewed_pictures_are_few_enough_to_be_looked_at() -> None:
    assert len(kept()) <= MOST
    assert sum(path.stat().st_size for path in REVIEWED.rglob("*.png")) <= MOST_BYTES


def test_every_screen_has_a_reviewed_picture() -> None:
    models = all_samples("zh-Hans")
    usual = Look(SIZES[0], "zh-Hans")
    seen = {type(models[picture.sample]) for picture in wanted() if picture.look == usual}
    assert {type(model).__name__ for model in models.values()} == {kind.__name__ for kind in seen}


def test_everything_that_a_look_is_made_of_is_in_a_reviewed_picture() -> None:
    looks = {picture.look for picture in wanted()}
    assert {look.size for look in looks} == set(SIZES)
    assert {look.language for look in looks} == set(LANGUAGES)
    assert {look.palette for look in looks} == set(PALETTES)
    assert {look.text for look in looks} == set(TEXTS)
    assert all(picture.sample in all_samples("zh-Hans") for picture in wanted())


@pytest.fixture
def drawn_anew(tmp_path: Path) -> Path:
    """Reviewed pictures in two folders, `before` and `after`, which are the same."""
    for name in ("before", "after"):
        shutil.copytree(REVIEWED / SIZES[2], tmp_path / name / SIZES[2])
    return tmp_path


@pytest.mark.slow
def test_a_change_of_look_stands_on_a_page_until_it_is_accepted(drawn_anew: Path) -> None:
    before, after = drawn_anew / "before", drawn_anew / "after"
    pictures = kept(before)
    assert list(differences(pictures, after, before)) == []
    changed, removed, added = pictures[0], pictures[1], Picture(pictures[2].look, "added")
    with Image.open(after / changed.path) as picture:
        redrawn = picture.convert("RGB")
    ImageDraw.Draw(redrawn).rectangle((100, 200, 140, 210), fill="#FF00FF")
    redrawn.save(after / changed.path)
    shutil.copyfile(after / pictures[2].path, after / added.path)
    (after / removed.path).unlink()
    now = [*(each for each in pictures if each != removed), added]

    found = list(differences(now, after, before))
    assert {each.picture for each in found} == {changed, removed, added}
    page = write_differences(found, drawn_anew / "page")
    shown = re.findall(r'src="([^"]+)"', page.read_text("utf-8"))
    stems = [(changed, "before"), (changed, "after"), (changed, "difference"), (added, "after"), (removed, "before")]
    assert set(shown) == {f"differences/{each.path.with_suffix('')}.{which}.png" for each, which in stems}
    with Image.open(page.parent / f"differences/{changed.path.with_suffix('')}.difference.png") as marked:
        assert marked.convert("RGB").getpixel((120, 205)) == (200, 0, 90)

    accept(found, before)
    assert list(differences(now, after, before)) == []
    assert kept(before) == sorted(now, key=lambda picture: picture.path)
    with Image.open(before / changed.path) as accepted:
        assert accepted.convert("RGB").tobytes() == redrawn.tobytes()
