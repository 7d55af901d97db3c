"""python-escpos, imported without its habits.

Its module `capabilities` (3.1) unpickles a file from the folder that ESCPOS_CAPABILITIES_PICKLE_DIR names, and makes a
new temporary folder with such a file at every import. Here no variable is heeded, and the folder is taken away again.
"""

from __future__ import annotations

import os
import shutil

os.environ.pop("ESCPOS_CAPABILITIES_PICKLE_DIR", None)
os.environ.pop("ESCPOS_CAPABILITIES_FILE", None)

from escpos import capabilities
from escpos.capabilities import Profile
from escpos.constants import QR_ECLEVEL_M
from escpos.escpos import Escpos

shutil.rmtree(capabilities.pickle_dir, ignore_errors=True)

__all__ = ["QR_ECLEVEL_M", "Escpos", "Profile"]
