"""Pictures that show what to do, icons, and QR codes."""

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
SQUARE_SHARE = 0.75  # a place that is higher than this share of its width has room for two pictures above each other
PART_IN = {
    "id_card": ID_READER,
    "id_card_agent": ID_READER,
    "id_card_holder": ID_READER,
    "insert_permit": PERMIT_SLOT,
    "take_permit": PERMIT_SLOT,
    "receipt": RECEIPT_PRINTER,
    "licence_code": CODE_SCANNER,
}
"""Picture → the part in use in the machine's plan beside it."""
QUIET_ZONE = 4  # modules of white around a QR code (ISO/IEC 18004, 6.3.8)


class Drawing(Widget):
    """The whole of `texture`, centred, as large as the widget allows but not larger than it was drawn; `color` tints
    it.

    Kivy's own Image clips with a stencil, in three more passes for each. Without a graphics card that is half of the
    time to paint a screen, and interpolating to another size takes as long again.
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
    """A drawing in one colour, by its name in assets/icons. Icons of the same name and size share a texture. An icon
    that points in the reading direction turns with it, unless it `stays`. `ink`: its colour, or the theme's if it is
    not set.
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
    """The drawing `name` of assets/pictures in the theme's colours, pixel for pixel; with several frames it moves while
    it is seen. If it shows a part of the machine, the plan of this machine is beside it. A missing or damaged picture
    leaves its place blank.
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
        place = Clock.create_trigger(self._place, -1)  # once for all changes before a frame
        self.bind(name=self._begin_anew, size=place, pos=place)
        supplies().bind(theme=self._begin_anew, mirrored=place)
        self._begin_anew()

    def load(self) -> None:
        """Read the first frame now, because it will be seen soon."""
        if not self._is_loaded:
            self._is_loaded = True
            self._show()

    def start(self) -> None:
        """Begin to move, if there is more than one frame, because the picture is seen."""
        self.load()
        self._is_seen = True
        self._move()

    def stop(self) -> None:
        """Stop moving and free the picture's memory, because it is not seen."""
        self._is_seen = self._is_loaded = False
        self._frame = 0
        self._drawing.texture = None
        self._move()

    def _begin_anew(self, *_args: object) -> None:
        """Show another picture, or the same in other colours."""
        self._frame = 0
        self._files = ()
        self._drawing.texture = None
        self._plan.part = PART_IN.get(self.name, "")
        self._plan.draw()
        self._place()

    def _place(self, *_args: object) -> None:
        """Place the plan before the drawing in reading direction, or above it where the machine is wide and there is
        room; use the files of the size that fits.
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
        """Change from frame to frame, if the picture is seen and has several."""
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
    """`content` as a QR code, dark on white; empty where a code cannot hold it."""

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
    except (ValueError, DataOverflowError):  # not encodable in UTF-8, or too long for version 40
        return None
    rows = code.get_matrix()
    texture = Texture.create(size=(len(rows), len(rows)), colorfmt="luminance")
    dots = bytes(0 if dark else 255 for row in reversed(rows) for dark in row)
    texture.mag_filter = "nearest"
    texture.blit_buffer(dots, colorfmt="luminance", bufferfmt="ubyte")
    return texture
