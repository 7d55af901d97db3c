"""Runs the kiosk and writes which modules it imports, and when: `… imports_at_welcome OUT.json run --config FILE`.

An import hook notes the instant of each; who started this compares them with when the welcome screen was painted.
"""

from __future__ import annotations

import atexit
import json
import sys
import time
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

BEFORE = time.monotonic()


class Noting(MetaPathFinder):
    """Finds nothing, and notes what was looked for: a module is looked for once, when its import begins."""

    def __init__(self) -> None:
        self.begun: dict[str, float] = {}

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        self.begun.setdefault(name, time.monotonic())
        return None


def main() -> int:
    out = Path(sys.argv[1])
    noting = Noting()
    sys.meta_path.insert(0, noting)

    def write() -> None:
        begun = {name: at for name, at in noting.begun.items() if name in sys.modules}
        out.write_text(json.dumps({"began_at": BEFORE, "begun": begun}), encoding="utf-8")

    atexit.register(write)
    from kiosk.__main__ import main as kiosk

    return kiosk(sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
