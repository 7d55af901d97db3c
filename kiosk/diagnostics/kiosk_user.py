"""Whose rights count: the user that the kiosk runs as, and whether whoever asks is that user."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from kiosk.config.settings import Config
from kiosk.diagnostics.finding import Finding, Outcome, ok
from kiosk.journal.state_lock import name_of

SERVICE_USER = "kiosk"
"""systemd/kiosk.sysusers.conf makes it."""

ASKED_WITHIN_S = 5.0


@dataclass(frozen=True, slots=True)
class KioskUser:
    """The user that the kiosk runs as."""

    number: int

    @classmethod
    def of(cls, config: Config) -> KioskUser:
        """The service's user at a production site that has it; otherwise the owner of the state directory, or who asks
        where there is none yet.
        """
        if not config.simulation:
            try:
                return cls(pwd.getpwnam(SERVICE_USER).pw_uid)
            except KeyError:
                pass  # the site has another user for it
        try:
            return cls(config.state_dir.stat().st_uid)
        except OSError:
            return cls(os.geteuid())

    @property
    def name(self) -> str:
        return name_of(self.number)

    @property
    def is_asking(self) -> bool:
        """Whether this program runs as that user."""
        return os.geteuid() == self.number

    @property
    def is_known(self) -> bool:
        """Whether what that user may do can be found out: for that user, and for root."""
        return self.is_asking or os.geteuid() == 0

    def may_read_and_write(self, path: Path) -> bool:
        """Whether that user may, by all rules of the kernel (groups, access lists, mounts)."""
        return self._may(path, "-r", os.R_OK) and self._may(path, "-w", os.W_OK)

    def may_read(self, path: Path) -> bool:
        """Likewise."""
        return self._may(path, "-r", os.R_OK)

    def _may(self, path: Path, flag: str, mode: int) -> bool:
        if os.geteuid() != 0 or self.is_asking:
            return os.access(path, mode, effective_ids=True)
        try:
            entry = pwd.getpwuid(self.number)
            group, groups = entry.pw_gid, os.getgrouplist(entry.pw_name, entry.pw_gid)
        except KeyError:
            group, groups = self.number, []
        command = ["/usr/bin/test", flag, str(path)]
        done = subprocess.run(
            command,
            user=self.number,
            group=group,
            extra_groups=groups,
            cwd="/",
            timeout=ASKED_WITHIN_S,
            check=False,
        )
        return done.returncode == 0

    def finding(self) -> Finding:
        """Who asks, and whether that is enough."""
        me = name_of(os.geteuid())
        if self.is_asking:
            return ok(f"you are {me}, as is the kiosk")
        if self.is_known:
            return ok(f"you are {me}; the kiosk runs as {self.name}, whose rights count here")
        return Finding(
            Outcome.FAILED,
            f"you are {me}, the kiosk runs as {self.name}: ask as that user (runuser -u {self.name} -- …) or as root",
        )
