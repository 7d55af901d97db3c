"""Where the program's data files are: regions, permits, devices, texts, fonts, pictures. The one way to them."""

from __future__ import annotations

from pathlib import Path

ASSETS = Path(__file__).resolve().parent
