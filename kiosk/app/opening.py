"""What the first page needs: display, languages, fonts; and every mistake in the files that prevents a start.

A page is always shown first, so nothing here ends the start. A file that cannot be used is replaced by defaults of the
program, and its mistakes are reported.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kiosk.config.metrics import MetricsSettings
from kiosk.config.settings import Config, read_config, tells_metrics, tells_permit_unit
from kiosk.domain.faults import CONFIGURATION, INSTALLATION, Fault
from kiosk.texts.emergency import EMERGENCY_LANGUAGE
from kiosk.texts.translation import LocaleFileError, Translation, languages_in
from screens.shell.screen_file import POINTER, ScreenFile, ScreenFileError, load_screen_file
from screens.style.fonts import Fonts

ANY_DISPLAY = ScreenFile(
    width_px=1080,
    height_px=1920,
    mm_per_pixel=0.248,
    body_mm=7.0,
    fullscreen=True,
    borderless=True,
    show_cursor=False,
    touch_input=POINTER,
    touch_device="",
)
"""The default where no screen file can be used: full screen on the present display."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What was read for the start. `config` has no meaning where there are `mistakes`; `fault` is the fault that they
    make together. `languages`: those that can be shown. `tells_permit_unit`: the parts of `config` about the permit
    unit and the state directory can be used in spite of mistakes. `metrics`: where they are served, as far as `config`
    says so in spite of mistakes; None: nowhere.
    """

    config: Config
    screen_file: ScreenFile
    languages: tuple[str, ...]
    mistakes: tuple[str, ...]
    fault: Fault
    tells_permit_unit: bool
    metrics: MetricsSettings | None

    def needs_new_window(self, now: Opening) -> bool:
        """Whether `now` differs in what the window was opened with, or the control socket, so that all must be opened
        again.
        """
        return (
            self.screen_file != now.screen_file
            or self.languages != now.languages
            or self.config.automation_socket != now.config.automation_socket
            or self.config.access != now.config.access
            or self.config.control != now.config.control
            or self.metrics != now.metrics
        )


def read_opening(config_file: Path, assets_dir: Path) -> Opening:
    """Read configuration, screen file and the languages' texts, and look for the fonts. No file makes it raise."""
    config, found = read_config(config_file, assets_dir)
    configuration = [mistake.line for mistake in found]
    installation: list[str] = []
    screen_file = ANY_DISPLAY
    try:
        screen_file = load_screen_file(config.files.screen, fullscreen=config.fullscreen)
    except ScreenFileError as error:
        configuration += [] if configuration else error.mistakes
    translations = []
    for language in config.languages if not configuration else languages_in(assets_dir / "locale"):
        try:
            translations.append(Translation.load(assets_dir / "locale", language))
        except LocaleFileError as error:
            installation += error.mistakes
    fonts = Fonts(assets_dir / "fonts")
    installation += fonts.missing
    if not fonts.have_chinese:
        translations = [translation for translation in translations if translation.is_latin]
    languages = tuple(dict.fromkeys(translation.language for translation in translations))
    return Opening(
        config,
        screen_file,
        languages or (EMERGENCY_LANGUAGE,),
        (*configuration, *installation),
        CONFIGURATION if configuration else INSTALLATION,
        tells_permit_unit(found),
        config.metrics if tells_metrics(found) else None,
    )
