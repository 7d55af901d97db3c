"""The environment variables that our programs use. All others are removed before any library is imported.

Libraries read variables that are not meant to be set here: OpenSSL a configuration that loads modules, Python's `ssl` a
file for the secrets of every connection, Kivy a whole configuration, python-escpos a folder of pickles, SDL a library
to load in its place, libdbus a program to start from PATH. Operators find the list in systemd/README.md, "Environment".
"""

from __future__ import annotations

import os
import sys
from collections.abc import MutableMapping

HEEDED: dict[str, str] = {
    "HOME": "where Mesa and PostgreSQL's client keep files of their own",
    "USER": "who runs the program",
    "LOGNAME": "who runs the program",
    "LANG": "the encoding of what is printed",
    "LC_ALL": "the encoding of what is printed",
    "LC_CTYPE": "the encoding of what is printed",
    "TERM": "what the terminal is",
    "COLUMNS": "how wide tables are printed",
    "LINES": "how high the terminal is",
    "TZ": "the time zone of the times before log lines; nothing else is told in it",
    "TMPDIR": "where demonstrations and simulators put sockets and pictures",
    "DISPLAY": "the X server that shows the window",
    "XAUTHORITY": "what lets the window onto the X server",
    "WAYLAND_DISPLAY": "the Wayland compositor that shows the window",
    "XDG_RUNTIME_DIR": "where the Wayland compositor's socket lies",
    "SDL_VIDEODRIVER": "how the window is shown: x11, or offscreen in tests",
    "LIBGL_ALWAYS_SOFTWARE": "1: drawn by the processor, for machines without a usable graphics driver",
    "PCSCLITE_CSOCK_NAME": "the socket of a pcscd of its own, for simulations and tests",
    "KIOSK_LOG_FORM": "how lines of the log are written: plain, journald or json",
    "NOTIFY_SOCKET": "where systemd is told that the kiosk serves",
    "WATCHDOG_USEC": "how often systemd wants to hear of the kiosk",
    "WATCHDOG_PID": "which process feeds systemd's watchdog",
}
"""Variable → its purpose."""

FIXED = {
    # Programs are searched only where Debian installs them and only root can write.
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    # SDL asks libdbus for a session bus, and libdbus starts `dbus-launch` where no address is given.
    "DBUS_SESSION_BUS_ADDRESS": "disabled:",
}
"""Variables with fixed values, which replace any others."""

# Read by the library in spite of `python -E`.
_PYTHON_READ_LATE = ("PYTHONTZPATH",)


def heed_only_the_documented(environment: MutableMapping[str, str] | None = None) -> None:
    """Remove every variable that is not in `HEEDED`, and set those of `FIXED`. Call before libraries are imported.

    Python's own variables (PYTHON…) have taken effect by then. They are kept for child processes, which run the same
    program, unless the interpreter ignores them (`python -E`, as the service is started).
    """
    variables = os.environ if environment is None else environment
    for name in list(variables):
        python = name.startswith("PYTHON") and name not in _PYTHON_READ_LATE and not sys.flags.ignore_environment
        if name not in HEEDED and not python:
            del variables[name]
    variables.update(FIXED)
