"""What the first page needs, whatever is wrong: a display, a language, fonts; and every mistake that stands in the way.

The page comes first. So nothing here ends the start: what cannot be used is replaced by what the program brings along,
and told.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kiosk.config.settings import Config, read_config, tells_permit_unit
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
"""Where no screen file can be used: full screen, on whatever display there is."""


@dataclass(frozen=True, slots=True)
class Opening:
    """`config` has no meaning where there are `mistakes`; `fault` is what they are together. `languages`: those that
    can be shown. `tells_permit_unit`: what `config` says of the permit unit and the state directory can be used even
    so.
    """

    config: Config
    screen_file: ScreenFile
    languages: tuple[str, ...]
    mistakes: tuple[str, ...]
    fault: Fault
    tells_permit_unit: bool

    def needs_new_window(self, now: Opening) -> bool:
        """Whether what was read while the window was opened is another now."""
        return (
            self.screen_file != now.screen_file
            or self.languages != now.languages
            or self.config.automation_socket != now.config.automation_socket
            or self.config.access != now.config.access
        )


def read_opening(config_file: Path, assets_dir: Path) -> Opening:
    """Read the configuration, the screen file, the languages' texts, and look for the fonts. Raises nothing that a file
    can cause.
    """
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
    )
