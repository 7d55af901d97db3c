"""Eyes, ears and fingers for tests: a local socket that tells what is on the screen, and touches it through Kivy's own
input.

One JSON object a line, both ways. The socket reports every change of the screen, and once more if the buttons have
moved since:

    {"screen": "confirm", "shown": 7, "looks": 9, "serial": 5, "language": "en", "painted_at": …,
     "targets": {"confirm": [x, y, width, height]}}

`painted_at` is time.monotonic() after the frame was handed to the display; the line itself comes when the screen takes
touches too (see `shell.router`), and without targets where another screen came before it did. `shown` counts models,
`looks` also other pages and dresses of the same. The first such line also has `imported_at` and `process_started_at` on
the same clock. Pixels count from the top left. Targets are what can be touched now.

Commands, each answered by one line with `"done"`: {"touch": "confirm"} · {"touch_at": [x, y]} ·
{"press_at": [x, y], "finger": 1} and {"lift": 1} (a finger that rests) · {"pressed": "confirm"} (whether a finger rests
on it) · {"touches_waiting": true} (how many downs and ups no widget has seen yet, and how many fingers are `down`) ·
{"keys": true} (how many came down, heeded or not; the buttons that keys can mean, in their order; the one that has the
ring, if there is a ring) · {"screenshot": "path.png"} ·
{"labels": "screen" | "all"} (words and boxes of the present screen, or of every screen that was ever built) ·
{"heard": true} (what the voice says of the present screen, whether it is on or not; how long that lasts, and `step`) ·
{"quit": true}. A command that cannot be done is answered with `"refused"`.
"""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from kivy.base import EventLoop
from kivy.clock import Clock, mainthread
from kivy.core.window import Window
from kivy.input.motionevent import MotionEvent
from kivy.input.provider import MotionEventProvider
from kivy.uix.widget import Widget

from kiosk.texts.translation import Translation
from screens.shell.keys import Keys
from screens.shell.router import Router
from screens.sound.voice import Voice
from screens.widgets.buttons import IntentButton
from screens.widgets.column import Column
from screens.widgets.paragraph import Paragraph
from screens.widgets.standing import touchable, visible

IMPORTED_AT = time.monotonic()
LONGEST_LINE = 65536


class Application(Protocol):
    """The application that the socket watches."""

    router: Router
    keys: Keys
    voice: Voice
    assets_dir: Path
    translation: Callable[[str], Translation]
    is_easy: bool

    def leave(self) -> None:
        """Close the window. From any thread; returns at once."""


class AutomationSocket:
    """Serves one client after the other on `path`. `start()` and `stop()` on Kivy's thread."""

    def __init__(self, app: Application, path: Path) -> None:
        self._app = app
        self._path = path
        self._listener: socket.socket | None = None
        self._client: socket.socket | None = None
        self._thread = threading.Thread(target=self._serve, name="automation", daemon=True)
        self._finger = _Finger()
        self._keys_down = 0
        self._shown = self._looks = 0
        self._due = False
        self._told: dict[str, Any] = {}
        self._last: dict[str, Any] = {}
        self._held: dict[str, Any] | None = None  # the report that is sent when the screen takes touches

    def start(self) -> None:
        self._path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(self._path))
        self._path.chmod(0o600)
        self._listener.listen(1)
        EventLoop.add_input_provider(self._finger)
        Window.bind(on_flip=self._on_flip, on_key_down=self._key_came_down)
        self._thread.start()
        self.expect()

    def stop(self) -> None:
        Window.unbind(on_flip=self._on_flip, on_key_down=self._key_came_down)
        EventLoop.remove_input_provider(self._finger)
        listener, client, self._listener, self._client = self._listener, self._client, None, None
        for link in (client, listener):
            if link is not None:
                _shut(link)
        self._thread.join(timeout=2.0)
        self._path.unlink(missing_ok=True)

    def expect(self) -> None:
        """Note that a model was given to a screen, so that the next frame is reported, even if it looks the same."""
        self._shown += 1
        self.expect_again()

    def expect_again(self) -> None:
        """Note that the same model is shown on another page or in another dress."""
        self._looks += 1
        self._tell_held_as_gone()
        self._due = True
        Window.canvas.ask_update()

    # What is on the screen.

    def _on_flip(self, *_args: object) -> None:
        # Kivy calls this before its own handler, which flips; the next turn of the clock is just after it.
        drawn = self._looks
        Clock.schedule_once(lambda _elapsed: self._tell_if_new(drawn), 0)

    def _tell_if_new(self, drawn: int) -> None:
        if drawn != self._looks:
            return  # something else came after this frame; its own frame will tell
        painted_at = time.monotonic()
        screen = self._app.router.current_screen
        frame = screen.model.frame
        on_it = targets(self._app.router)
        seen = {"screen": screen.name, "serial": frame.serial, "language": frame.language, "targets": on_it}
        if not self._due and seen == self._told:
            return
        self._due, self._told = False, seen
        first = {} if self._last else {"imported_at": IMPORTED_AT, "process_started_at": _process_started_at()}
        self._last = {**seen, "shown": self._shown, "looks": self._looks, "painted_at": painted_at, **first}
        self._tell_when_it_hears(self._last)

    def _tell_when_it_hears(self, message: dict[str, Any]) -> None:
        self._tell_held_as_gone()
        wait_s = self._app.router.deaf_for_s
        if wait_s:
            self._held = message
            Clock.schedule_once(lambda _elapsed: self._tell_held(message), wait_s)
        else:
            self._send(message)

    def _tell_held(self, message: dict[str, Any]) -> None:
        if message is self._held:
            self._held = None
            self._tell_when_it_hears(message)

    def _tell_held_as_gone(self) -> None:
        """Report the held screen before the next one, without targets: it was painted but is no longer shown."""
        held, self._held = self._held, None
        if held is not None:
            self._send({**held, "targets": {}})

    def _send(self, message: dict[str, Any]) -> None:
        client = self._client
        if client is None:
            return
        try:
            client.sendall(json.dumps(message, ensure_ascii=False).encode() + b"\n")
        except OSError:
            self._client = None  # it went away; the serving thread waits for the next one

    def _key_came_down(self, *_args: object) -> None:
        """Count a key. Bound last and so called first, because other handlers may consume the key."""
        self._keys_down += 1

    # Commands.

    def _serve(self) -> None:
        while (listener := self._listener) is not None:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            # A client that closes with unread data resets the connection (RFC 2525, 2.17).
            with client, suppress(ConnectionResetError):
                self._welcome(client)
                for line in client.makefile("rb"):
                    self._obey(line[:LONGEST_LINE])

    @mainthread
    def _welcome(self, client: socket.socket) -> None:
        self._client = client
        if self._last:
            self._send(self._last)

    @mainthread
    def _obey(self, line: bytes) -> None:
        try:
            command = json.loads(line)
            answer = self._done(command)
        except (ValueError, TypeError, KeyError, OSError) as error:
            answer = {"refused": f"{type(error).__name__}: {error}"}
        self._send(answer)

    def _done(self, command: dict[str, Any]) -> dict[str, Any]:
        router = self._app.router
        match command:
            case {"touch": str(name)}:
                x, y, width, height = targets(router)[name]
                self._finger.tap(x + width / 2, y + height / 2)
                return {"done": "touch"}
            case {"touch_at": [x, y]}:
                self._finger.tap(float(x), float(y))
                return {"done": "touch_at"}
            case {"press_at": [x, y], "finger": int(finger)}:
                self._finger.press(finger, float(x), float(y))
                return {"done": "press_at"}
            case {"lift": int(finger)}:
                self._finger.lift(finger)
                return {"done": "lift"}
            case {"screenshot": str(path)}:
                from screens.automation.screenshot import save_screenshot

                save_screenshot(Path(path))
                return {"done": "screenshot"}
            case {"pressed": str(name)}:
                return {"done": "pressed", "pressed": _button(router, name).state == "down"}
            case {"touches_waiting": True}:
                return {"done": "touches_waiting", "waiting": self._finger.waiting, "down": _fingers()}
            case {"keys": True}:
                focus = self._app.keys.focus
                return {
                    "done": "keys",
                    "down": self._keys_down,
                    "order": [button.target for button in focus.order],
                    "ring": focus.button.target if focus.is_shown and focus.button is not None else None,
                }
            case {"heard": True}:
                from screens.automation.hearing import heard_of

                app = self._app
                heard = heard_of(router.current_screen, app.translation, app.assets_dir / "voice", is_easy=app.is_easy)
                return {"done": "heard", "is_on": bool(app.voice.is_on), **heard}
            case {"labels": "screen"}:
                return {
                    "done": "labels",
                    "labels": labels(router),
                    "page": int(router.current_screen.column.page),
                    "pages": int(router.current_screen.column.pages),
                    "window": list(Window.size),
                    "shown": self._shown,
                }
            case {"labels": "all"}:
                held = [router, *_out_of_sight(router)]
                return {
                    "done": "labels",
                    "labels": [label for each in held for label in labels(each)],
                    "kept": sum(map(kept_pictures_of_words, held)),
                }
            case {"quit": True}:
                self._app.leave()
                return {"done": "quit"}
        raise ValueError("no such command")


def targets(widget: Widget) -> dict[str, list[float]]:
    """What can be touched now in `widget`: x, y, width, height in window pixels from the top left."""
    return {button.target: _box(button) for button in touchable(widget)}


def _fingers() -> int:
    """How many are down; Kivy counts a pointer that hovers as one more."""
    return sum(1 for touch in EventLoop.touches if touch.is_touch)


def _button(widget: Widget, target: str) -> IntentButton:
    """The button of that name. KeyError if there is none."""
    found = {button.target: button for button in visible(widget) if isinstance(button, IntentButton)}
    return found[target]


def labels(widget: Widget) -> list[dict[str, Any]]:
    """The words in `widget`: as given, as drawn, their box, the size of what was drawn, and their colour."""
    return [
        {
            "words": label.words,
            "drawn": label.text,
            "box": _box(label),
            "drawn_size": list(label.texture_size),
            "size": label.size_of,
            "font_px": label.font_size,
            "colour": [round(part, 3) for part in label.color],
            "on_two_pages": any(column.is_cut(label) for column in _columns_of(label)),
        }
        for label in visible(widget)
        if isinstance(label, Paragraph) and label.words
    ]


def _columns_of(widget: Widget) -> Iterator[Column]:
    """The column that a widget is in, if any."""
    above = widget.parent
    while above is not None and above is not above.parent:
        if isinstance(above, Column):
            yield above
        above = above.parent


def kept_pictures_of_words(widget: Widget) -> int:
    """How many texts without words still have a texture of earlier words."""
    return sum(1 for label in widget.walk() if isinstance(label, Paragraph) and not label.words and label.is_drawn)


def _out_of_sight(router: Router) -> Iterator[Widget]:
    """The widgets of screens that are not shown."""
    for screen in router.screens:
        if screen is not router.current_screen:
            yield from (screen.column, screen.actions)


def _box(widget: Widget) -> list[float]:
    x, y = widget.to_window(widget.x, widget.y)
    return [round(v, 1) for v in (x, Window.height - y - widget.height, widget.width, widget.height)]


def _process_started_at() -> float:
    """When this process began, on time.monotonic()'s clock (proc(5): field 22 of stat, in ticks since boot)."""
    ticks = int(Path("/proc/self/stat").read_text("ascii").rpartition(")")[2].split()[19])
    since_boot = ticks / os.sysconf("SC_CLK_TCK")
    return since_boot - (time.clock_gettime(time.CLOCK_BOOTTIME) - time.monotonic())


def _shut(link: socket.socket) -> None:
    with suppress(OSError):  # the other side may have gone already
        link.shutdown(socket.SHUT_RDWR)
    link.close()


class _Touch(MotionEvent):
    """One finger, down and up."""

    def __init__(self, device: str, id: int, args: tuple[float, float]) -> None:
        super().__init__(device, id, args, is_touch=True, type_id="touch")

    def depack(self, args: Sequence[float]) -> None:
        self.sx, self.sy = args
        self.profile = ("pos",)
        super().depack(args)


class _Finger(MotionEventProvider):
    """Provides touches like a touchscreen: down in one frame, up in the next."""

    def __init__(self) -> None:
        super().__init__("automation", "")
        self._waiting: deque[tuple[str, _Touch]] = deque()
        self._resting: dict[int, _Touch] = {}
        self._count = 0

    @property
    def waiting(self) -> int:
        """How many downs and ups were not handed on yet."""
        return len(self._waiting)

    def tap(self, x: float, y: float) -> None:
        """Touch (x, y), pixels from the top left, and let go."""
        touch = self._at(x, y)
        self._waiting.extend((("begin", touch), ("end", touch)))
        Clock.schedule_once(_wake, 0)

    def press(self, finger: int, x: float, y: float) -> None:
        """Put a finger on (x, y), and let it rest there."""
        self._resting[finger] = self._at(x, y)
        self._waiting.append(("begin", self._resting[finger]))
        Clock.schedule_once(_wake, 0)

    def lift(self, finger: int) -> None:
        """Lift a finger that rests. KeyError if none does."""
        self._waiting.append(("end", self._resting.pop(finger)))
        Clock.schedule_once(_wake, 0)

    def _at(self, x: float, y: float) -> _Touch:
        self._count += 1
        return _Touch("automation", self._count, (x / Window.width, 1 - y / Window.height))

    def update(self, dispatch_fn: Callable[[str, MotionEvent], None]) -> None:
        if self._waiting:
            stage, touch = self._waiting.popleft()
            if stage == "end":
                touch.update_time_end()
            dispatch_fn(stage, touch)
            Clock.schedule_once(_wake, 0)


def _wake(_elapsed: float) -> None:
    """Do nothing; scheduling this makes the clock turn at once."""
