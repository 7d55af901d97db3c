"""Device files as they are shipped, but for some values."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from assets import ASSETS


def write_device_file(path: Path, name: str, values: Mapping[str, float | bool]) -> Path:
    """Write `assets/devices/NAME.toml` to `path` with other values for these keys, each of which it has once."""
    text = (ASSETS / "devices" / f"{name}.toml").read_text(encoding="utf-8")
    for key, value in values.items():
        text, found = re.subn(rf"(?m)^{key} = (?:[0-9.]+|true|false)", f"{key} = {json.dumps(value)}", text)
        assert found == 1, f"{name}: {key}"
    path.write_text(text, encoding="utf-8")
    return path
