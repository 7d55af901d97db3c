"""A file that is a pipe without a writer: whoever reads it hangs, as on a network drive that went away."""

from __future__ import annotations

import os
from pathlib import Path


class HangingFile:
    """The file at `path`, with the content of `source`, until `begin`."""

    def __init__(self, path: Path, source: Path) -> None:
        self.path = path
        self._content = source.read_bytes()
        self._hangs = False
        path.write_bytes(self._content)

    def begin(self) -> None:
        """Whoever reads it from now on hangs."""
        self.path.unlink()
        os.mkfifo(self.path)
        self._hangs = True

    def go_on(self) -> None:
        """Let who hangs have the content, and be a file again; may be called twice. Waits for who hangs."""
        if self._hangs:
            self._hangs = False
            with self.path.open("wb") as pipe:
                self.path.unlink()
                self.path.write_bytes(self._content)
                pipe.write(self._content)
