"""python -m tests.supply: an environment from the locks alone, with no network to fetch anything else from.

What the locks name is downloaded into a folder first. Then `.ci/setup` runs in a copy of this checkout, in a network
namespace of its own without a way out.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILT = "pyscard"
DOWNLOAD = (
    sys.executable,
    "-m",
    "pip",
    "download",
    "--quiet",
    "--disable-pip-version-check",
    "--require-hashes",
    "--only-binary",
    ":all:",
)
WITHOUT_NETWORK = ("unshare", "--net") if os.geteuid() == 0 else ("unshare", "--net", "--map-root-user")
WORKS = "import smartcard.System, kivy, psycopg, cryptography, escpos.printer, PIL, fastapi"


def run(*command: str, folder: Path = ROOT, **environment: str) -> None:
    """Run it; ends the program with its status if it fails."""
    done = subprocess.run(command, cwd=folder, env={**os.environ, **environment}, check=False)
    if done.returncode != 0:
        sys.exit(f"supply: {' '.join(command)} ended with {done.returncode}")


def main() -> int:
    """0 if the environment could be made; otherwise what failed, and 1."""
    with tempfile.TemporaryDirectory(prefix="supply-") as made:
        fetched, checkout = Path(made) / "fetched", Path(made) / "checkout"
        run(*DOWNLOAD, "--dest", str(fetched), "-r", "requirements-build.lock")
        run(
            *DOWNLOAD,
            "--no-binary",
            BUILT,
            "--no-build-isolation",
            "--dest",
            str(fetched),
            "-r",
            "requirements-dev.lock",
        )
        names = subprocess.run(
            ("git", "ls-files", "--cached", "--others", "--exclude-standard"),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.splitlines()
        for name in names:
            if (ROOT / name).is_file():
                (checkout / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, checkout / name)
        run(
            *WITHOUT_NETWORK,
            ".ci/setup",
            folder=checkout,
            PIP_NO_INDEX="1",
            PIP_FIND_LINKS=str(fetched),
            PIP_NO_CACHE_DIR="1",
            PIP_CONFIG_FILE=os.devnull,
        )
        run(".venv/bin/python", "-m", "pip", "check", folder=checkout)
        run(".venv/bin/python", "-c", WORKS, folder=checkout, KIVY_NO_CONSOLELOG="1", KIVY_NO_ARGS="1")
        run(".venv/bin/python", "-m", "kiosk", "faults", "6401", folder=checkout)
        print(f"supply: {len(list(fetched.iterdir()))} packages, each by its hash, make an environment that works")
    return 0


if __name__ == "__main__":
    sys.exit(main())
