"""Imports python-escpos without its side effects.

Its module `capabilities` (3.1) parses a list of all known printers for a third of a second, although a device file
describes the printer here, so it is given an empty list. It also unpickles a file from the folder that
ESCPOS_CAPABILITIES_PICKLE_DIR names, and makes a new temporary folder with such a file at every import. Here the outer
variables are ignored, and the folder is deleted again.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

os.environ.pop("ESCPOS_CAPABILITIES_PICKLE_DIR", None)
os.environ["ESCPOS_CAPABILITIES_FILE"] = str(Path(__file__).with_name("printer_models.json"))

from escpos import capabilities
from escpos.capabilities import Profile
from escpos.constants import QR_ECLEVEL_M
from escpos.escpos import Escpos

del os.environ["ESCPOS_CAPABILITIES_FILE"]
shutil.rmtree(capabilities.pickle_dir, ignore_errors=True)

__all__ = ["QR_ECLEVEL_M", "Escpos", "Profile"]
