"""python-escpos, imported without its habits.

Its module `capabilities` (3.1) unpickles a file from the folder that ESCPOS_CAPABILITIES_PICKLE_DIR names, and makes a
new temporary folder with such a file at every import. Here no variable is heeded, and the folder is taken away again.
It also reads what 35 printers can do, by a YAML reader in Python, which takes 0.4 s of a core: here that is a file with
next to nothing in it, because a device file says what ours can do.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

os.environ.pop("ESCPOS_CAPABILITIES_PICKLE_DIR", None)
os.environ["ESCPOS_CAPABILITIES_FILE"] = str(Path(__file__).with_name("library_profile.json"))

from escpos import capabilities
from escpos.capabilities import Profile
from escpos.constants import QR_ECLEVEL_M
from escpos.escpos import Escpos

del os.environ["ESCPOS_CAPABILITIES_FILE"]
shutil.rmtree(capabilities.pickle_dir, ignore_errors=True)

__all__ = ["QR_ECLEVEL_M", "Escpos", "Profile"]
