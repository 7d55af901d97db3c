"""The display for the window: the machine's own, Xvfb, or offscreen; and how it is touched."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kiosk.demo.processes import Process

Kind = Literal["display", "xvfb", "offscreen"]


@dataclass(frozen=True, slots=True)
class Display:
    """`environment`: for the process that opens the window. `pointer`: a real pointer can be moved with xdotool.
    `x11_pid`: of the X server that was started for it.
    """

    kind: Kind
    environment: Mapping[str, str]
    pointer: bool
    x11_pid: int | None = None

    def described(self) -> str:
        """A description of screen and touches, for the report."""
        match self.kind:
            case "display":
                return "window on the present display, touches through Kivy's input provider"
            case "xvfb":
                hand = "real pointer events (xdotool)" if self.pointer else "touches through Kivy's input provider"
                return f"window under Xvfb, {hand}"
            case "offscreen":
                return "SDL's offscreen driver, touches through Kivy's input provider"

    def click(self, x: float, y: float) -> None:
        """Press and release the pointer's button at window coordinates (the window is at the display's origin)."""
        # Without an explicit delay xdotool sleeps for 100 ms after the click, which would hide the kiosk's reaction.
        subprocess.run(
            ["xdotool", "mousemove", str(round(x)), str(round(y)), "click", "--delay", "0", "1"],
            check=True,
            timeout=60,
            env={**os.environ, **self.environment},
        )


def open_display(stack: ExitStack, run_dir: Path, width_px: int, height_px: int, *, hidden: bool = False) -> Display:
    """The display of this machine, or a virtual one of this size. `hidden`: never the machine's own."""
    if not hidden and (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return Display("display", {}, pointer=False)
    if shutil.which("Xvfb") is None:
        return Display("offscreen", {"SDL_VIDEODRIVER": "offscreen"}, pointer=False)
    xvfb = stack.enter_context(
        Process(
            "Xvfb",
            ["Xvfb", "-displayfd", "1", "-screen", "0", f"{width_px}x{height_px}x24", "-nolisten", "tcp", "-noreset"],
            run_dir / "xvfb.log",
        )
    )
    number = xvfb.first_line(within_s=60.0)
    environment = {"DISPLAY": f":{number}", "SDL_VIDEODRIVER": "x11", "LIBGL_ALWAYS_SOFTWARE": "1"}
    return Display("xvfb", environment, pointer=shutil.which("xdotool") is not None, x11_pid=xvfb.pid)
