"""Nothing is fetched, built or shipped that is not named: pinned packages, what builds them, and their licences."""

from __future__ import annotations

import platform
import re
import sys
from pathlib import Path

import pytest

from screens.authoring.font_build import RECIPES
from tests import third_party_notices
from tests.supply import BUILT

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-simulation.lock", "requirements-dev.lock", "requirements-build.lock")
PIP = re.compile(r"pip\"? install ((?:[^\n]|(?<=\\)\n)*)")


def pinned(lock: str) -> dict[str, str]:
    """Name → version; AssertionError for a requirement without a hash."""
    text = (ROOT / lock).read_text("utf-8")
    requirements = re.sub(r"\\\n", " ", re.sub(r"^ *#.*\n", "", text, flags=re.MULTILINE)).strip().splitlines()
    found: dict[str, str] = {}
    for requirement in requirements:
        if requirement.strip():
            pin = re.fullmatch(r"([a-z0-9._-]+)==(\S+)((?: +--hash=sha256:[0-9a-f]{64})+) *", requirement)
            assert pin is not None, requirement
            found[pin.group(1)] = pin.group(2)
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_of_a_lock_has_a_version_and_hashes(lock: str) -> None:
    assert pinned(lock)


def test_the_locks_agree_with_each_other() -> None:
    production, simulation, development, build = (pinned(lock).items() for lock in LOCKS)
    assert production <= simulation <= development
    assert build <= production


def test_nothing_that_builds_a_package_is_fetched_without_a_pin() -> None:
    for file in (".ci/setup", "systemd/README.md"):
        commands = [re.sub(r"\\\n *", "", words) for words in PIP.findall((ROOT / file).read_text("utf-8"))]
        assert len(commands) == 2, file
        first, second = commands
        assert "requirements-build.lock" in first
        for words in commands:
            assert {"--require-hashes", "--only-binary :all:"} <= set(re.findall(r"--[a-z-]+(?: :all:)?", words)), words
        assert "--no-build-isolation" in second
        assert re.findall(r"--no-binary (\S+)", second) == [BUILT]


def test_the_notices_name_every_package_and_font_that_is_shipped() -> None:
    page = third_party_notices.NOTICES.read_text("utf-8")
    rows = dict(re.findall(r"^\| (\S+) \| (\S+) \| [^|]+ \| \[", page, re.MULTILINE))
    fonts = {recipe.package for recipe in RECIPES}
    assert {name: version for name, version in rows.items() if name not in fonts} == pinned(
        "requirements-simulation.lock"
    )
    assert fonts <= set(rows)
    for words in (
        "SIL OPEN FONT LICENSE",
        "Bitstream Vera",
        "ARPHIC PUBLIC LICENSE",
        "Hanazono Font License",
        "GNU LESSER GENERAL PUBLIC LICENSE",
        "Mozilla Public License",
        "Chris Liechti",
    ):
        assert words.casefold() in page.casefold(), words


@pytest.mark.skipif(
    (sys.version_info[:2], platform.machine(), platform.system()) != ((3, 11), "x86_64", "Linux"),
    reason="wheels for other machines hold other libraries",
)
def test_the_notices_are_what_the_installed_packages_say() -> None:
    written = third_party_notices.NOTICES.read_text("utf-8")
    said = third_party_notices.page([*third_party_notices.packages()]).splitlines()
    assert [line for line in said if line.startswith("| ")] == [
        line for line in written.splitlines() if line.startswith("| ") and not line.startswith("| fonts-")
    ]
    texts = {text for part in third_party_notices.packages() for text in part.texts}
    assert [text[:60] for text in texts if text not in written] == []
