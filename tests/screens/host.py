"""A kiosk's window without a kiosk, for the tests: `python -m tests.screens.host SIZE SOCKET [options]`.

Options: `fullscreen`; `assets=DIR`, where other assets are; `voice`, which is on from the start; `buttons` for it;
`signals`; `headphones=PATH`, the jack's input device; `keypad`, whose keys are heeded; `fingers=PORT`, where a table
tells of several at once (TUIO, over UDP).

Reads lines from standard input: `<sample> <language>` shows that sample; `unread_s <seconds>` is how long what is
shown counts as unread (0 at the start: the tests do not think); `stuck_s <seconds>` is after how long a key that is
down keeps no other from acting; `window_px <width>x<height>` is as if the display had become another; `warn_s
<seconds>` is as if the screen ended then; `again <seconds>` shows what was shown last anew, with so much time left;
`staff <state>` tells what became of a call; `voice <method>` calls one of the voice's; `loaded <part>` asks for the
modules with that in their names; `painted ?` asks whether what was shown last is painted. Writes a line `<serial>
<intent> <choice>` for every intent that a screen emits, `0 cannot_read <file>` for a picture that is missing or
damaged, `voice <on or off> <volume>` whenever either changes, `loaded <modules>`, `painted <True or False>`, and
`no_sound <why>` when nothing can be heard.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from assets import ASSETS
from kiosk.app.shown_screens import Serials
from kiosk.domain.sound import SiteSound, SoundSettings
from kiosk.domain.staff_call import CallState, StaffCalled
from kiosk.presentation.models.screens import AnyScreenModel
from kiosk.presentation.resident.help_page import staff_call
from screens.authoring.help_samples import CALLED_AT
from screens.authoring.samples import all_samples, samples
from screens.shell.kivy_setup import prepare
from screens.shell.screen_file import load_screen_file


def models(order: str, language: str) -> Mapping[str, AnyScreenModel]:
    """The samples, or what a shipped region says: `<kind>/…/<region>`, or the longest values: `longest/…`."""
    if "/" not in order:
        return all_samples(language)
    if order.startswith("longest/"):
        from tests.screens.longest_samples import longest_samples

        return longest_samples(language)
    from tests.screens.region_samples import region_samples  # loads all regions, and the presenter

    return region_samples(language)


def _ordered(order: str, value: str, shown: list[AnyScreenModel], serials: Serials) -> AnyScreenModel:
    last = shown[-1]
    match order:
        case "again":
            return replace(last, frame=replace(last.frame, countdown_s=int(value), warning_s=30))
        case "staff":
            return replace(last, frame=replace(last.frame, staff=staff_call(StaffCalled(CALLED_AT, CallState(value)))))
        case _:
            return serials.given_to(models(order, value)[order])


def sound_of(options: list[str]) -> SoundSettings:
    """As loud as can be, so that what is heard is what the files hold."""
    jack = next((each.removeprefix("headphones=") for each in options if each.startswith("headphones=")), "")
    return SoundSettings(
        is_offered="buttons" in options,
        voice="voice" in options,
        signals="signals" in options,
        volume=100,
        headphone_jack=jack,
    )


def tell_voice(voice: Any, _value: object) -> None:
    print("voice", "on" if voice.is_on else "off", voice.volume, flush=True)


def main() -> None:
    size, automation_socket, *options = sys.argv[1:]
    assets_dir = next((Path(each.removeprefix("assets=")) for each in options if each.startswith("assets=")), ASSETS)
    screen_file = load_screen_file(assets_dir / "screens" / f"{size}.toml", fullscreen="fullscreen" in options)
    prepare(screen_file)
    from kivy.config import Config

    for port in (each.removeprefix("fingers=") for each in options if each.startswith("fingers=")):
        Config.set("input", "fingers", f"tuio,127.0.0.1:{port}")
    from kivy.core.window import Window

    from screens.shell.app import KioskApp

    serials = Serials()
    first = serials.given_to(samples("zh-Hans")["welcome"])
    shown = [first]
    app = KioskApp(
        lambda intent, choice, serial: print(serial, intent.value, choice, flush=True),
        lambda: first,
        screen_file,
        assets_dir,
        automation_socket=Path(automation_socket),
        cannot_read=lambda file: print(0, "cannot_read", file, flush=True),
        keypad="keypad" in options,
        sound=SiteSound(sound_of(options), lost=lambda why: print("no_sound", why, flush=True)),
    )
    app.router.unread_s = 0
    app.voice.bind(is_on=tell_voice, volume=tell_voice)

    def obey() -> None:
        for line in sys.stdin:
            order, value = line.split()
            if order == "unread_s":
                app.router.unread_s = float(value)
            elif order == "stuck_s":
                app.keys.stuck_s = float(value)
            elif order == "loaded":
                print("loaded", *sorted(name for name in sys.modules if value in name), flush=True)
            elif order == "painted":
                app.take_turn(lambda: print("painted", app.router.deaf_for_s < app.router.unread_s, flush=True))
            elif order == "warn_s":
                countdown = app.router.surround.countdown
                app.take_turn(partial(countdown.start, int(value), int(value)))
            elif order == "voice":
                app.take_turn(getattr(app.voice, value))
            elif order == "window_px":
                width, height = map(int, value.split("x"))
                app.take_turn(partial(setattr, Window, "size", (width, height)))
            else:
                shown.append(_ordered(order, value, shown, serials))
                app.paint(shown[-1])
        app.leave()

    threading.Thread(target=obey, daemon=True).start()
    app.run()


if __name__ == "__main__":
    main()
