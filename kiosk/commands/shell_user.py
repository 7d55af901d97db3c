"""Who gives a command in a shell, for the journal."""

from __future__ import annotations

import os
import pwd


def shell_user() -> str:
    """The login name of whoever called `sudo`, otherwise of this process's user. It is a statement and no proof:
    whoever may write the journal may also set `SUDO_USER`.
    """
    if name := os.environ.get("SUDO_USER"):
        return name
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())  # a container may have users without a name
