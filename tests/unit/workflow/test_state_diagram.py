"""The picture of the machine is that of the machine."""

from __future__ import annotations

import pytest

from tests.state_diagram import README, redrawn

pytestmark = [pytest.mark.walk, pytest.mark.slow]


def test_the_state_diagram_is_current_else_run_make_diagram() -> None:
    readme = README.read_text("utf-8")
    assert redrawn(readme) == readme
