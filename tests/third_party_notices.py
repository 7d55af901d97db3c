"""Writes assets/THIRD_PARTY_NOTICES.md: python -m tests.third_party_notices.

Whose work is shipped with the program: every package of requirements-simulation.lock as it is installed here, and the
fonts that assets/fonts is built from, each with version, licence and the texts that its authors want to go with it.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, distribution
from pathlib import Path, PurePosixPath

from screens.authoring.font_build import RECIPES

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements-simulation.lock"
NOTICES = ROOT / "assets/THIRD_PARTY_NOTICES.md"

TEXTS = ROOT / "tests/data/licences"
"""Of packages whose wheel lacks them: the file of the source archive, as PACKAGE.txt."""

_PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^\s;]+)", re.MULTILINE)
_LICENCE_FILE = re.compile(r"(?:licen[cs]e|copying|notice|authors|copyright)", re.IGNORECASE)
_LIBRARY = re.compile(r"^(lib.+?)(?:-[0-9a-f]{8})?[.0-9]*\.so[.0-9]*$")

_HEAD = """# Third-party notices

The program is shipped with, or installs, what others wrote. This page names each part with its version and licence; the
texts follow, each once. It is written by `make notices`. *Holds* names libraries that were compiled into a package by
those who publish it; where the package brings no text of them, their licences are those of their own projects (OpenSSL:
Apache-2.0, SDL: zlib, libpq: PostgreSQL, Kerberos: MIT, …).
"""


@dataclass(frozen=True)
class Part:
    """Something of others. `holds`: libraries that were compiled into it."""

    name: str
    version: str
    licence: str
    texts: tuple[str, ...]
    holds: tuple[str, ...] = ()


def locked() -> dict[str, str]:
    """Name → version of every package that production installs."""
    return dict(_PIN.findall(LOCK.read_text("utf-8")))


def packages() -> Iterator[Part]:
    """As they are installed here. Raises ValueError for another version than the lock's and for one without a text."""
    for name, version in locked().items():
        installed = distribution(name)
        if installed.version != version:
            raise ValueError(f"{name} {installed.version} is installed, {version} is locked: run `make setup`")
        texts = tuple(dict.fromkeys(_texts(name, installed)))
        if not texts:
            raise ValueError(f"{name} has no licence text: put the one of its source into {TEXTS}/{name}.txt")
        yield Part(name, version, _licence(installed), texts, tuple(_libraries(installed)))


def fonts() -> Iterator[Part]:
    """By Debian's packages, whose copyright files hold the licences."""
    for package in sorted({recipe.package for recipe in RECIPES}):
        version = subprocess.run(
            ("dpkg-query", "--show", "--showformat=${Version}", package),
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        text = Path(f"/usr/share/doc/{package}/copyright").read_text("utf-8")
        licences = dict.fromkeys(re.findall(r"^License: *(.+?) *$", text, re.MULTILINE))
        yield Part(package, version, "; ".join(licences), (_tidy(text),))


def page(parts: list[Part]) -> str:
    """The whole page."""
    numbers: dict[str, int] = {}
    for part in parts:
        for text in part.texts:
            numbers.setdefault(text, len(numbers) + 1)
    lines = [_HEAD, "| part | version | licence | texts | holds |", "| --- | --- | --- | --- | --- |"]
    for part in parts:
        texts = ", ".join(f"[{numbers[text]}](#text-{numbers[text]})" for text in part.texts)
        lines.append(f"| {part.name} | {part.version} | {part.licence} | {texts} | {', '.join(part.holds)} |")
    for text, number in numbers.items():
        lines += ["", f"## Text {number}", "", "~~~~", text, "~~~~"]
    return "\n".join([*lines, ""])


def _texts(name: str, installed: Distribution) -> Iterator[str]:
    own = TEXTS / f"{name}.txt"
    if own.exists():
        yield _tidy(own.read_text("utf-8"))
    for file in sorted(installed.files or (), key=str):
        folder = next((part for part in file.parts if part.endswith(".dist-info")), None)  # a vendored package has one
        if folder is not None and ("licenses" in file.parts or _LICENCE_FILE.search(file.name)):
            yield _tidy(file.read_text("utf-8"))


def _libraries(installed: Distribution) -> Iterator[str]:
    names = {
        _LIBRARY.sub(r"\1", PurePosixPath(file).name)
        for file in installed.files or ()
        if file.parts[0].endswith(".libs")
    }
    yield from sorted(names)


def _field(installed: Distribution, name: str) -> str:
    return next(iter(installed.metadata.get_all(name) or ()), "")


def _licence(installed: Distribution) -> str:
    """One line, by the newest of the fields that it has."""
    metadata = installed.metadata
    expression, classifiers = _field(installed, "License-Expression"), metadata.get_all("Classifier") or []
    named = [line.rpartition(" :: ")[2] for line in classifiers if line.startswith("License ::")]
    return expression or "; ".join(named) or _field(installed, "License").partition("\n")[0]


def _tidy(text: str) -> str:
    """Without what a page cannot show: form feeds, blanks at the end of lines."""
    return "\n".join(line.rstrip() for line in text.replace("\f", "\n").splitlines()).strip("\n")


def main() -> int:
    """Write the page."""
    NOTICES.write_text(page([*packages(), *fonts()]), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
