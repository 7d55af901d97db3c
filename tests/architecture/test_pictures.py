"""Every picture and icon that a screen names is drawn, and every drawing is of the family."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest

from screens.authoring.render_pictures import PARTS, PICTURES_DIR, icon_sources, picture_sources, size_of
from screens.style.image_files import MIRRORED
from screens.style.picture_colours import BY_THEME, PictureColours
from tests.architecture.source import ROOT, python_files, tree_of

SVG = "{http://www.w3.org/2000/svg}"
USED = {f"{SVG}{name}" for name in ("svg", "g", "path", "rect", "circle", "ellipse", "use", "clipPath", "symbol")}
COLOUR_OF = ("fill", "stroke")
COLOURS = {f"{{{name}}}" for name in PictureColours.__dataclass_fields__}
SOURCES = [*picture_sources(), *icon_sources(), PARTS]
COMING = {  # drawn, and on no screen yet
    **dict.fromkeys(("sound", "sound_off", "repeat"), "the row of access, when the screens speak"),
    "help": "the row of access, when somebody can be called",
    **dict.fromkeys(("home", "moved"), "answers that say the fact"),
    **dict.fromkeys(("person", "two_people"), "for whom it is, on the choice of the holder"),
    "counter": "where a refusal sends people to the counter",
    "warning": "stronger than attention: an overdue permit, the last seconds before it is taken back",
    **dict.fromkeys(("card_in", "take"), "stages of a visit, in the step indicator"),
}


@cache
def names_in(attribute: str) -> frozenset[str]:
    """Names that screens give to `picture`, `icon` or an Icon's `name`, in kv rules and in Python."""
    found = set()
    rule = re.compile(rf"^( *){attribute}:(.*(?:\n\1 +.*)*)", re.MULTILINE)
    for path in (ROOT / "screens").rglob("*.kv"):
        for match in rule.finditer(path.read_text("utf-8")):
            found |= set(re.findall(r'"([a-z_]+)"', match[2]))
    return frozenset(found)


@cache
def words_in_python() -> frozenset[str]:
    files = [path for path in python_files("screens") if "/authoring/" not in path]
    constants = (node.value for path in files for node in ast.walk(tree_of(path)) if isinstance(node, ast.Constant))
    return frozenset(value for value in constants if isinstance(value, str))


def pictures() -> dict[str, list[Path]]:
    """The frames of every picture."""
    frames: dict[str, list[Path]] = defaultdict(list)
    for source in picture_sources():
        frames[re.sub(r"-\d$", "", source.stem)].append(source)
    return frames


def elements(source: Path) -> list[ElementTree.Element]:
    return list(ElementTree.parse(source).getroot().iter())


def test_every_picture_that_a_screen_names_is_drawn() -> None:
    assert len(names_in("picture")) > 20
    assert names_in("picture") - set(pictures()) == set()


def test_every_picture_is_on_a_screen() -> None:
    mirrored = {f"{name}_mirrored" for name in MIRRORED}
    assert set(pictures()) - names_in("picture") == mirrored


def test_a_mirrored_picture_has_as_many_frames_of_the_same_size() -> None:
    drawn = pictures()
    for name in MIRRORED:
        mirrored = drawn[f"{name}_mirrored"]
        assert len(mirrored) == len(drawn[name]), name
        assert {size_of(path) for path in mirrored} == {size_of(path) for path in drawn[name]}, name


def test_every_icon_that_a_screen_names_is_drawn() -> None:
    icons = {source.stem for source in icon_sources()}
    assert len(names_in("icon")) > 15
    assert names_in("icon") - icons == set()


def test_every_icon_is_on_a_screen_or_is_coming() -> None:
    icons = {source.stem for source in icon_sources()}
    used = icons & (names_in("icon") | names_in("name") | words_in_python())
    assert icons - used == set(COMING) - used
    assert set(COMING) <= icons


def test_frames_are_counted_from_one_and_are_of_one_size() -> None:
    for name, frames in pictures().items():
        numbers = [path.stem.removeprefix(name) for path in frames]
        assert numbers in ([""], [f"-{number}" for number in range(1, len(frames) + 1)]), name
        assert len({size_of(path) for path in frames}) == 1, name


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: f"{source.parent.name}/{source.stem}")
def test_a_drawing_has_no_word_no_filter_and_no_colour_of_its_own(source: Path) -> None:
    allowed = {"none", "currentColor"} if source.parent != PICTURES_DIR else {"none", *COLOURS}
    for element in elements(source):
        assert element.tag in USED
        assert not (element.text or "").strip()
        assert {element.get(name, "none") for name in COLOUR_OF} <= allowed
        assert "style" not in element.attrib


def test_every_part_that_a_picture_takes_is_there_and_every_part_is_taken() -> None:
    parts = {element.get("id") for element in elements(PARTS) if element.tag == f"{SVG}symbol"}
    taken = {
        element.get("href", "").removeprefix("#")
        for source in (*picture_sources(), PARTS)
        for element in elements(source)
        if element.tag == f"{SVG}use"
    }
    assert taken == parts


def test_icons_are_of_one_family() -> None:
    for source in icon_sources():
        root = elements(source)[0]
        assert root.get("viewBox") == "0 0 24 24", source.stem
        family = ("stroke", "stroke-width", "stroke-linecap", "stroke-linejoin")
        assert [root.get(name) for name in family] == ["currentColor", "2", "round", "round"], source.stem


def test_every_theme_has_a_colour_for_every_token() -> None:
    for colours in BY_THEME.values():
        for name in PictureColours.__dataclass_fields__:
            assert re.fullmatch(r"#[0-9A-F]{6}", getattr(colours, name)), name
