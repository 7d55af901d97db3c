"""The Kivy application: it connects the machine and the screens. Call `kivy_setup.prepare()` before importing it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from kivy.clock import Clock, mainthread
from kivy.core.window import Window
from kivy.graphics.opengl import glFinish
from kivy.properties import ObjectProperty

from kiosk.domain.sound import NOTHING_TO_HEAR, SiteSound
from kiosk.presentation.models.screens import AnyScreenModel
from kiosk.workflow.intents import Intent
from screens.shell import pointer, views
from screens.shell.dressing import DressedApp
from screens.shell.help_over import HELP, HelpOver
from screens.shell.hidden_corner import HiddenCorner
from screens.shell.input_waking import InputWaking
from screens.shell.keys import Keys
from screens.shell.resting import Resting
from screens.shell.router import Router
from screens.shell.screen_file import MTDEV, ScreenFile
from screens.shell.unhurried import Unhurried
from screens.sound.voice import Voice
from screens.style.theme import PALETTES, TEXT_SCALES
from screens.widgets.base import BaseScreen
from screens.widgets.countdown import Countdown

if TYPE_CHECKING:
    from screens.automation.automation_socket import AutomationSocket

_INPUT = (pointer,)  # Kivy's configuration finds it by name

LAYOUT_ROUNDS = 400  # before a frame; with Kivy's own 20 a screen would be drawn before its pages are computed
FRAME_S = 0.03  # about the time to draw a frame without a graphics card
AFTER_PAINTING_S = 0.1  # Kivy announces a flip before it flips, and a second frame with late changes may follow

VISIT = (
    "welcome",
    "notice",
    "id_card",
    "insert_permit",
    "reading",
    "assessment",
    "question",
    "asking",
    "confirm",
    "writing",
    "take_permit",
    "receipt",
    "thank_you",
)  # the order in which a visit that goes well needs its screens
RESTING = ("welcome", "out_of_service", "out_of_hours")  # nobody is being served, and nothing on them moves
LEFT_S = 60.0  # whoever changed the welcome screen for themselves and began no visit has gone
LOOKED_AT_S = 0.4  # a person is still reading then; building a screen takes a tenth of a second, once
PAINTED_S = 0.01  # after painting: whoever waited for that has been told, and no finger is as quick


class KioskApp(DressedApp):
    """One window with one screen at a time.

    All callbacks are called on Kivy's thread. `dispatch(intent, choice, serial)` must return at once; `serial` is that
    of the touched model. `first()` returns the model to show when the window is open. `automation_socket`: where tests
    see and touch the screen (see `screens.automation`); None in production. `all_built()` is called once, when every
    screen of a successful visit is built. `sized(width, height)` is called with the window's size in pixels, at the
    start and after each change; the layout is made for the real size, whatever the screen file says. `asked_to_close()`
    is called when somebody wants to close the window, which stays open until `leave`; None: it closes at once.
    `cannot_read(file)` is called once for each file of assets/images that is missing or damaged; its place stays blank.
    `sound`: for the voice and the signals. `keypad`: keys work as touches do.
    """

    voice: ObjectProperty[Voice] = ObjectProperty(None, rebind=True)

    def __init__(
        self,
        dispatch: Callable[[Intent, str, int], None],
        first: Callable[[], AnyScreenModel],
        screen_file: ScreenFile,
        assets_dir: Path,
        automation_socket: Path | None = None,
        stopped: Callable[[], None] | None = None,
        all_built: Callable[[], None] = lambda: None,
        sized: Callable[[int, int], None] = lambda _width, _height: None,
        asked_to_close: Callable[[], None] | None = None,
        cannot_read: Callable[[str], None] = lambda _file: None,
        sound: SiteSound = NOTHING_TO_HEAR,
        keypad: bool = False,
    ) -> None:
        super().__init__(screen_file, assets_dir, cannot_read)
        self.assets_dir = assets_dir
        self.use_kivy_settings = False
        self.router = Router()
        self._help = HelpOver(self.router)
        self.voice = Voice(sound, assets_dir / "voice", self.translation, lambda: bool(self.is_easy))
        self._sized = sized
        self._dispatch = dispatch
        self._first = first
        self._stopped = stopped
        self._all_built: Callable[[], None] | None = all_built
        self._asked_to_close = asked_to_close
        self._automation_socket = automation_socket
        self._automation: AutomationSocket | None = None
        self._waking: InputWaking | None = None
        self._resting = Resting(self._may_rest)
        self._unhurried = Unhurried(lambda serial: self._choose(Intent.MORE_TIME, "", serial))
        self.keys = Keys(self.router, self.voice, self._resting.stir, lambda: self._page in RESTING, keypad)
        self._corner = HiddenCorner(self._choose, self.router, screen_file.mm_per_pixel)
        self._serial: int | None = None  # of the model that stands on the screen
        self._coming: deque[AnyScreenModel] = deque()
        self._came = threading.Event()
        self._undress = Clock.create_trigger(self._nobody_is_left, LEFT_S)
        self._unhelp = Clock.create_trigger(lambda _elapsed: self.close_help(), LEFT_S)
        self._ahead = Clock.create_trigger(self._build_ahead, LOOKED_AT_S)
        self._load = Clock.create_trigger(self._load_ahead, PAINTED_S)
        self.router.bind(on_painted=self._painted)
        self._loaded: BaseScreen | None = None

    def build(self) -> Router:
        Clock.max_iteration = LAYOUT_ROUNDS
        Window.clearcolor = self.theme.palette.ground  # every screen's background; painting it again would be slow
        self._paint(self._first())
        countdown = self.router.surround.countdown
        countdown.bind(is_due=self._warn, on_more_time=lambda _countdown: self.voice.go_on())
        return self.router

    def _lay_out(self, *_args: object) -> None:
        """Lay the screens out for the window's present size."""
        self.dress_again()
        self._sized(*Window.size)

    def change_text_size(self) -> None:
        """Change to the next larger text; after the largest to the usual one."""
        self.text_size = int(self.text_size + 1) % len(TEXT_SCALES)
        self.dress_again()
        self.router.current_screen.begin_anew()
        self._somebody_is_dressed()

    def change_contrast(self) -> None:
        """Change to the next palette."""
        self.contrast = int(self.contrast + 1) % len(PALETTES)
        self.dress_again()
        self._somebody_is_dressed()

    def change_low_reach(self) -> None:
        """Bring everything down to where it is reached from a wheelchair, or back to its usual place."""
        self.low_reach = not self.low_reach
        self.dress_again()
        self.router.current_screen.begin_anew()
        self._somebody_is_dressed()

    def change_easy(self) -> None:
        """Change to easy mode, or back to the usual one."""
        if self.is_easy:
            self.dress(0, int(self.contrast))
        else:
            self.dress_easily()
        self.voice.follow_easy(is_easy=bool(self.is_easy))
        self.router.current_screen.begin_anew()
        self._somebody_is_dressed()

    def _somebody_is_dressed(self) -> None:
        self._other_things_stand()
        self._undress.cancel()
        if self._page in RESTING:
            self._undress()
        else:
            self._choose(Intent.MORE_TIME, "", self.router.current_screen.model.frame.serial)

    @property
    def _page(self) -> str:
        """The name of the present page, with or without help over it."""
        return self.router.current if self._help.beneath is None else self._help.beneath.name

    def open_help(self) -> None:
        """Show help over the present page."""
        page, over = self.router.current_screen.model, self._help.open()
        if over is not None:
            self.voice.show(page, over)
            self._stand_over(over)
            self._is_there()

    def close_help(self) -> None:
        """Close help and show the page below it."""
        if self._help.beneath is not None:
            self.voice.show(self._help.beneath.model)
            self._help.close()
            self._unhelp.cancel()
            self._other_things_stand()
            self._is_there()

    def _stand_over(self, model: AnyScreenModel | None) -> None:
        if model is None:
            return
        comes = self.router.current != HELP
        self._have(HELP)
        self.router.show(HELP, model)
        if comes:
            self._other_things_stand()
        self._unhelp.cancel()
        if self._page in RESTING:
            self._unhelp()  # nothing else ends it there

    def _is_there(self) -> None:
        """Tell the machine that somebody is there, because opening or closing help counts as a touch."""
        self._resting.stir()
        self._choose(Intent.MORE_TIME, "", self.router.current_screen.model.frame.serial)

    def _other_things_stand(self) -> None:
        """Note that other things are shown now, where a finger may still be about to touch the earlier ones."""
        self.router.changes()
        self.voice.go_on()
        if self._automation is not None:
            self._automation.expect_again()

    def _nobody_is_left(self, _elapsed: float) -> None:
        self._dress_for_anybody()
        self._other_things_stand()

    def _dress_for_anybody(self) -> None:
        """Dress the window as at the beginning of every visit."""
        self.keys.end()
        self._undress.cancel()
        self.undress()

    def on_start(self) -> None:
        Window.bind(size=self._lay_out)
        self._sized(*Window.size)
        if self._asked_to_close is not None:
            Window.bind(on_request_close=self._do_not_close)
        self._waking = InputWaking(self._resting.stir)
        self._waking.start()
        self._resting.stir()
        self.voice.start()
        self.keys.start()
        self._corner.start()
        if self._automation_socket is not None:
            from screens.automation.automation_socket import AutomationSocket

            self._automation = AutomationSocket(self, self._automation_socket)
            self._automation.start()

    def on_stop(self) -> None:
        Window.unbind(size=self._lay_out)
        waking, self._waking = self._waking, None  # Kivy may report twice that it stops
        if waking is not None:
            waking.stop()
        self._resting.stop()
        self.voice.stop()
        self.keys.stop()
        self._corner.stop()
        if self._automation is not None:
            self._automation.stop()
        if self._stopped is not None:
            self._stopped()

    def _do_not_close(self, *_args: object, **_named: object) -> bool:
        """Handle a request to close the window; True tells Kivy not to close it now."""
        if self._asked_to_close is not None:
            self._asked_to_close()
        return True

    def paint(self, model: AnyScreenModel) -> None:
        """Show `model` from now on. From any thread; returns at once."""
        self._coming.append(model)
        self._came.set()
        Clock.schedule_once(self._paint_coming, 0)

    def _paint_coming(self, _elapsed: float = 0.0) -> None:
        self._came.clear()
        while self._coming:
            self._paint(self._coming.popleft())

    def _choose(self, intent: Intent, choice: str, serial: int) -> None:
        """Hand on what a person chose, and wait for the answer as long as one more frame of this screen would take.
        Such a frame would show nothing new and delay the next screen.
        """
        self._came.clear()
        self._dispatch(intent, choice, serial)
        if self._came.wait(FRAME_S):
            self._paint_coming()

    def take_turn(self, then: Callable[[], None]) -> None:
        """Call `then` in the next turn of Kivy's thread. From any thread; returns at once."""
        Clock.schedule_once(lambda _elapsed: then(), 0)

    @mainthread
    def after_painting(self, then: Callable[[], None]) -> None:
        """Call `then` on Kivy's thread soon after all shown so far is painted. From any thread; returns at once."""

        def painted(*_args: object) -> None:
            Window.unbind(on_flip=painted)
            # Kivy counts from the beginning of a frame, and this one was long, so count from the next.
            Clock.schedule_once(lambda _elapsed: Clock.schedule_once(lambda _elapsed: then(), AFTER_PAINTING_S), 0)

        Window.bind(on_flip=painted)
        Window.canvas.ask_update()

    @mainthread
    def leave(self) -> None:
        """Close the window; `run()` returns. From any thread; returns at once."""
        self.stop()

    def open_settings(self, *_args: object) -> bool:
        """Keep Kivy's own settings page, which a key opens, closed."""
        return False

    def _paint(self, model: AnyScreenModel) -> None:
        name = views.screen_name(model)
        if self._page in RESTING and name not in RESTING:
            self._undress.cancel()  # the person who made the text larger has begun a visit
        elif name in RESTING and self._page not in RESTING:
            self._dress_for_anybody()
        if model.frame.serial != self._serial:
            self._serial = model.frame.serial
            self._ahead.cancel()
            self.router.changes()
        self.mirrored = self.translation(model.frame.language).right_to_left
        over = self._help.follow(model)
        self.voice.show(model, over)  # before a warning of the screen itself
        if over is None:
            self._unhelp.cancel()
            self._have(name)
            self.router.show(name, model)
        self._stand_over(over)
        self._unhurried.follow(model.frame, is_easy=bool(self.is_easy))
        self._resting.stir()
        if self._automation is not None:
            self._automation.expect()

    def _painted(self, _router: Router) -> None:
        # Counted from here: the clock stood still while the frame was made, and events due meanwhile would come first.
        self._load()
        self._ahead.cancel()
        self._ahead()
        self.voice.turned(has_more=not self.router.current_screen.column.all_seen)

    def _build_ahead(self, _elapsed: float) -> None:
        """Build the screens that a visit will need, one at a time, while nobody has touched anything for a moment."""
        if self.router.current not in VISIT:
            return
        missing = [name for name in self._following(len(VISIT)) if not self.router.has_screen(name)]
        if missing:
            self._have(missing[0])
            self.router.get_screen(missing[0]).rehearse(self.router.current_screen.model.frame)
            self._ahead()
        elif self._all_built is not None:
            self._load_ahead()  # the next screen was not built yet when this one was painted
            self._all_built()
            self._all_built = None

    def _may_rest(self) -> bool:
        """Whether nothing is under way and Kivy would be woken by input. It is not woken by a touchscreen that is read
        without the display server.
        """
        waking = self._waking
        return (
            waking is not None
            and waking.is_certain
            and self._screen_file.touch_input != MTDEV
            and self._all_built is None
            and self.router.current in RESTING
            and self.router.current_screen.model.frame.countdown_s is None
        )

    def _load_ahead(self, _elapsed: float = 0.0) -> None:
        """Read the picture of the next screen ahead, and only that one."""
        glFinish()  # Mesa frees deleted pictures only then; a hundred screens would take a hundred megabytes
        following = [name for name in self._following(1) if self.router.has_screen(name)]
        coming = self.router.get_screen(following[0]) if following else None
        if self._loaded is not None and self._loaded not in (coming, self.router.current_screen):
            self._loaded.moving_picture.stop()
        self._loaded = coming
        if coming is not None:
            coming.moving_picture.load()

    def _following(self, count: int) -> tuple[str, ...]:
        """The next screens of a successful visit; after its last one, the first of the next visit."""
        if self.router.current not in VISIT:
            return ()
        at = VISIT.index(self.router.current) + 1
        return (VISIT + VISIT)[at : at + count]

    def _warn(self, countdown: Countdown, is_due: bool) -> None:
        if is_due:
            self.voice.warn(int(countdown.left_s))

    def _have(self, name: str) -> None:
        """Build the screen `name` if it does not exist yet. A screen is built once and later only given new models."""
        if self.router.has_screen(name):
            return
        screen = views.build(name)
        screen.bind(on_turned=lambda _screen: self._other_things_stand())
        screen.bind(on_intent=lambda on, intent, choice: self._choose(intent, choice, on.model.frame.serial))
        self.router.keep(screen)
