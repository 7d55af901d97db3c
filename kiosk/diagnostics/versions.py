"""The versions of the programs that run here, found without importing them."""

from __future__ import annotations

import hashlib
import platform
import re
import shutil
import ssl
import subprocess
from importlib import metadata

from kiosk.central.contract import CONTRACT_VERSION
from kiosk.config.settings import DataFiles
from kiosk.domain.devices import PERMIT_UNIT
from kiosk.version import VERSION

PCSCD_S = 2.0
_LONGEST = 64  # of a version, by the contract with central
_SYSTEM_PATH = "/usr/sbin:/sbin:/usr/bin:/bin"


def program_versions() -> dict[str, str]:
    """The versions by name: kiosk, python, libraries, the operating system. Missing ones are marked so."""
    versions = {"kiosk": VERSION, "python": platform.python_version()}
    for name in ("kivy", "pyscard"):
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = "not installed"
    if pcsc_lite := _pcsc_lite():
        versions["pcsc-lite"] = pcsc_lite
    versions["openssl"] = ssl.OPENSSL_VERSION
    versions["os"] = f"{_distribution()}, {platform.system()} {platform.release()} {platform.machine()}"
    return versions


def versions_for_central(files: DataFiles) -> dict[str, str]:
    """The versions in the contract's form, and the data files, each by the beginning of its SHA-256."""
    versions = {name.replace("-", "_"): version[:_LONGEST] for name, version in program_versions().items()}
    versions["contract"] = CONTRACT_VERSION
    named = {
        "region_file": files.region,
        f"{PERMIT_UNIT.name}_file": files.devices[PERMIT_UNIT],
        **{f"permit_file_{number}": path for number, path in enumerate(files.permits, start=1)},
    }
    for name, path in named.items():
        versions[name] = f"{path.stem[: _LONGEST - 13]} {hashlib.sha256(path.read_bytes()).hexdigest()[:12]}"
    return versions


def _pcsc_lite() -> str | None:
    """The version of this machine's pcscd, by `--version`, which starts no daemon."""
    pcscd = shutil.which("pcscd", path=_SYSTEM_PATH)
    if pcscd is None:
        return None
    try:
        said = subprocess.run([pcscd, "--version"], capture_output=True, text=True, timeout=PCSCD_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"version (\d[\w.]*\w)", said.stdout)
    return found[1] if found else None


def _distribution() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return "unknown distribution"
