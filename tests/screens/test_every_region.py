"""What the shipped regions say fits on every screen."""

from __future__ import annotations

import pytest

from kiosk.policy.region_file import shipped_regions
from screens.authoring.gallery import SIZES
from screens.authoring.samples import LANGUAGES
from tests.sampling import long_but
from tests.screens.region_samples import region_samples
from tests.screens.window import Window

pytestmark = [pytest.mark.screen, pytest.mark.slow, pytest.mark.timeout(180)]

MOST_PAGES = 7  # of the small panel in English, where three languages take a line


@pytest.fixture(scope="module", params=long_but({"panel-1280x800"}, SIZES))
def window(request: pytest.FixtureRequest, windows: dict[str, Window]) -> Window:
    return windows[request.param]


EACH = [(region, language) for region in shipped_regions() for language in LANGUAGES]
# English runs longer than Chinese: it is tried of the region that asks most, Chinese of the one that says most; all of
# them every night.
SOME = {"haikou-en", "xinjiang-zh-Hans"}


@pytest.mark.parametrize("said", long_but(SOME, EACH, names=map("-".join, EACH)))
def test_all_that_a_region_says_fits_in_a_size_that_can_be_read(window: Window, said: tuple[str, str]) -> None:
    region, language = said
    cut = {}
    for name in region_samples(language):
        if name.endswith(f"/{region}"):
            window.show(name, language)
            layout = window.ask({"labels": "screen"})
            outside = [
                label["words"]
                for label in layout["labels"]
                if not label["on_two_pages"]
                and (label["drawn_size"][0] > label["box"][2] + 1 or label["drawn_size"][1] > label["box"][3] + 1)
            ]
            if outside or layout["pages"] > MOST_PAGES:
                cut[name] = (layout["pages"], outside)
    assert cut == {}
