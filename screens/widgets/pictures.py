"""Pictures: what to do, drawn; and a code for the phone."""

from __future__ import annotations

from kivy.clock import Clock, ClockEvent
from kivy.graphics.texture import Texture
from kivy.properties import BooleanProperty, ListProperty, ObjectProperty, StringProperty
from kivy.uix.widget import Widget

from screens.shell.machine import CODE_SCANNER, ID_READER, PERMIT_SLOT, RECEIPT_PRINTER
from screens.style.image_files import MIRRORED, Frames
from screens.widgets.machine_plan import MachinePlan
from screens.widgets.mirroring import along, turn
from screens.widgets.supplies import supplies

FRAME_S = 0.9
PLAN_SHARE, GAP_SHARE = 0.42, 0.04  # of a picture's width, or height
SQUARE_SHARE = 0.75  # a place that is higher than this share of its width has room for two above each other
PART_IN = {
    "id_card": ID_READER,
    "id_card_agent": ID_READER,
    "id_card_holder": ID_READER,
    "insert_permit": PERMIT_SLOT,
    "take_permit": PERMIT_SLOT,
    "receipt": RECEIPT_PRINTER,
    "licence_code": CODE_SCANNER,
}
"""Beside which picture the machine's plan stands, and with which part in use."""
QUIET_ZONE = 4  # modules of white around a QR code (ISO/IEC 18004, 6.3.8)


class Drawing(Widget):
    """The picture `texture`, whole, in the middle, as large as the widget lets it be but no larger than it was drawn;
    `color` tints it.

    Kivy's own Image cuts off what hangs over, by a stencil: three passes more for each, and without a graphics card
    half of the time that a screen takes to paint. To mix dots for another size costs the same again.
    """

    texture: ObjectProperty[Texture | None] = ObjectProperty(None, allownone=True)
    color: ListProperty[float] = ListProperty((1, 1, 1, 1))
    drawn_size: ListProperty[float] = ListProperty((0, 0))

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.bind(texture=self._measure, size=self._measure)

    def _measure(self, *_args: object) -> None:
        if self.texture is None:
            self.drawn_size = (0, 0)
            return
        width, height = self.texture.size
        scale = min(1.0, self.width / width, self.height / height)
        self.texture.min_filter = self.texture.mag_filter = "nearest" if scale == 1.0 else "linear"
        self.drawn_size = (width * scale, height * scale)


class Icon(Drawing):
    """A drawing of one colour, by its name in assets/icons; all that show the same in one size share one texture. One
    that points along the line of reading turns with it; not where it `stays`, beside what does not turn. `ink`: its
    colour; the theme's where there is none.
    """

    name = StringProperty("")
    ink: ListProperty[float] = ListProperty()
    stays = BooleanProperty(False)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.bind(name=self._choose, size=self._choose, stays=self._choose)
        supplies().fbind("mirrored", self._choose)
        self._choose()

    def _choose(self, *_args: object) -> None:
        app = supplies()
        texture = app.icon_texture(self.name, min(self.size)) if self.name else None
        self.texture = along(texture, self.name, app.mirrored and not self.stays)


class Picture(Widget):
    """The drawing `name` of assets/pictures in the theme's colours, dot for dot; one of several frames moves while it
    is seen. Where it shows a part of the machine, the plan of this machine stands beside it. A picture that is missing
    or damaged leaves its place blank.
    """

    name = StringProperty("")

    def __init__(self, **kwargs: object) -> None:
        self._tick: ClockEvent | None = None
        self._files: Frames = ()
        self._frame = 0
        self._is_seen = self._is_loaded = False
        super().__init__(**kwargs)
        self._plan, self._drawing = MachinePlan(), Drawing()
        self.add_widget(self._plan)
        self.add_widget(self._drawing)
        place = Clock.create_trigger(self._place, -1)  # once for all that changes before a frame
        self.bind(name=self._begin_anew, size=place, pos=place)
        supplies().bind(theme=self._begin_anew, mirrored=place)
        self._begin_anew()

    def load(self) -> None:
        """Read the first frame now, because it will be seen soon."""
        if not self._is_loaded:
            self._is_loaded = True
            self._show()

    def start(self) -> None:
        """It is seen: move, if there is more than one frame."""
        self.load()
        self._is_seen = True
        self._move()

    def stop(self) -> None:
        """It is not seen: stand still, and let go of the picture's memory."""
        self._is_seen = self._is_loaded = False
        self._frame = 0
        self._drawing.texture = None
        self._move()

    def _begin_anew(self, *_args: object) -> None:
        """Another picture, or the same in other colours."""
        self._frame = 0
        self._files = ()
        self._drawing.texture = None
        self._plan.part = PART_IN.get(self.name, "")
        self._plan.draw()
        self._place()

    def _place(self, *_args: object) -> None:
        """The plan where reading begins and the drawing behind it, or the plan above where the machine is wide and
        there is room; the files of the size that has room there.
        """
        share = self._plan.share
        if share > 1 and self.height > self.width * SQUARE_SHARE:
            upward = min(self.height * PLAN_SHARE, self.width / share)
            self._plan.pos, self._plan.size = (self.x, self.top - upward), (self.width, upward)
            self._drawing.pos = self.pos
            self._drawing.size = (self.width, max(1, self.height * (1 - GAP_SHARE) - upward))
        else:
            across = min(self.width * PLAN_SHARE, self.height * share)
            self._plan.pos, self._plan.size = self.pos, (across, self.height)
            gap = self.width * GAP_SHARE if across else 0
            self._drawing.pos = (self.x + across + gap, self.y)
            self._drawing.size = (max(1, self.width - across - gap), self.height)
            if supplies().mirrored:
                turn(self, self.children)
        name = f"{self.name}_mirrored" if supplies().mirrored and self.name in MIRRORED else self.name
        files = supplies().picture_files(name, *self._drawing.size) if name else ()
        if files != self._files:
            self._files = files
            self._move()
            if self._is_loaded:
                self._show()

    def _move(self) -> None:
        """Go from frame to frame, if it is seen and there are several."""
        moves = self._is_seen and len(self._files) > 1
        if moves and self._tick is None:
            self._tick = Clock.schedule_interval(self._next, FRAME_S)
        elif not moves and self._tick is not None:
            self._tick.cancel()
            self._tick = None

    def _next(self, _elapsed: float) -> None:
        self._frame = (self._frame + 1) % len(self._files)
        self._show()

    def _show(self) -> None:
        app = supplies()
        self._drawing.texture = app.image_texture(self._files[self._frame % len(self._files)]) if self._files else None


class QrCode(Widget):
    """`content` as a QR code, dark on white; nothing where it is more than a code can hold."""

    content = StringProperty("")
    texture: ObjectProperty[Texture | None] = ObjectProperty(None, allownone=True)

    def on_content(self, _instance: object, content: str) -> None:
        self.texture = _drawn(content) if content else None


def _drawn(content: str) -> Texture | None:
    # Slow to import, and needed on one screen only.
    from qrcode.constants import ERROR_CORRECT_M
    from qrcode.exceptions import DataOverflowError
    from qrcode.main import QRCode

    code = QRCode(border=QUIET_ZONE, error_correction=ERROR_CORRECT_M)
    try:
        code.add_data(content)
        code.make(fit=True)
    except (ValueError, DataOverflowError):  # no text of UTF-8, or beyond version 40
        return None
    rows = code.get_matrix()
    texture = Texture.create(size=(len(rows), len(rows)), colorfmt="luminance")
    dots = bytes(0 if dark else 255 for row in reversed(rows) for dark in row)
    texture.mag_filter = "nearest"
    texture.blit_buffer(dots, colorfmt="luminance", bufferfmt="ubyte")
    return texture
