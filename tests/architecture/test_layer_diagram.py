"""The picture of the layers is that of the imports."""

from __future__ import annotations

from tests.layer_diagram import DOCUMENT, imports, redrawn


def test_the_picture_of_the_layers_is_current_else_run_make_diagram() -> None:
    document = DOCUMENT.read_text("utf-8")
    assert redrawn(document) == document


def test_it_shows_every_package() -> None:
    drawn = DOCUMENT.read_text("utf-8")
    for package in imports():
        assert f"    {package} --> " in drawn or f" --> {package}\n" in drawn, package
