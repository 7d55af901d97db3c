"""A private pcscd, beside any system one. It is not reachable from outside the machine or by other users.

vpcd listens on every address, and there is no option against it (its DEVICENAME "host:port" form, in which it connects
out, aborts pcscd when nobody listens: vsmartcard 3.3 in Debian 12, 2025-11, "bit out of range 0 - FD_SETSIZE"). So
pcscd runs in a network namespace of its own, where the loopback is all there is, and `pcscd_cage` hands out connections
to vpcd through a socket in the run directory. A mount namespace gives it its own /run/pcscd. Neither needs root where
user namespaces are on.

libpcsclite takes the path of its socket from PCSCLITE_CSOCK_NAME at its first use and keeps it as long as the process
lives (pcsc-lite 1.9.9): set `environment` before, and use one run directory per client process.
"""

from __future__ import annotations

import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

from drivers.simulators import pcscd_cage

VPCD_DRIVER = pcscd_cage.DRIVERS / "serial" / "libifdvpcd.so"
SUN_PATH_BYTES = 108  # longest path of a Unix socket, with its final zero (unix(7))
START_S = 10.0
STOP_S = 5.0


class PrivatePcscd:
    """One pcscd with one virtual reader of two slots. `run_dir`: must be short (a Unix socket's path) and is created;
    `friendly_name`: the reader's name, in the bytes of reader.conf, to which pcscd appends the numbers of reader and
    slot; `neighbour`: the name of a second reader on the same pcscd, if there is one. vpcd 3.3 has one set of slots for
    all its readers, so with a neighbour no chip can be read.
    """

    def __init__(self, run_dir: Path, friendly_name: bytes = b"Virtual PCD", neighbour: bytes | None = None) -> None:
        self._run_dir = run_dir.resolve()
        self._friendly_name = friendly_name
        self._neighbour = neighbour
        self._ipc = self._run_dir / pcscd_cage.IPC_DIR
        self._socket = self._ipc / "pcscd.comm"
        self._cage: subprocess.Popen[bytes] | None = None
        self._pcscd_pid = 0

    @staticmethod
    def why_not() -> str | None:
        """Why no private pcscd can run on this machine, in one sentence; None where it can."""
        for program in ("pcscd", "unshare", "mount", "ip"):
            if shutil.which(program) is None:
                return f"the program {program} is not installed"
        if not VPCD_DRIVER.exists():
            return f"vpcd is not installed ({VPCD_DRIVER} is missing; Debian: vsmartcard-vpcd)"
        tried = subprocess.run([*_unshare(), "true"], capture_output=True, text=True, check=False)
        if tried.returncode:
            return f"namespaces are not permitted here ({tried.stderr.strip()})"
        return None

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables with which a client process reaches this pcscd."""
        return {"PCSCLITE_CSOCK_NAME": str(self._socket)}

    @property
    def reader_names(self) -> tuple[str, str]:
        """The reader's two slots, as PC/SC names them; bytes that are not UTF-8 are kept as lone surrogates."""
        name = self._friendly_name.decode("utf-8", "surrogateescape")
        return f"{name} 00 00", f"{name} 00 01"

    @property
    def reader_name(self) -> str:
        """The permit's slot, as PC/SC names it."""
        return self.reader_names[0]

    @property
    def vpcd_url(self) -> str:
        """The URL by which `VpcdHost` puts a chip into the permit's slot, also from other processes."""
        return self.slot_url(0)

    def slot_url(self, slot: int) -> str:
        """The same for another slot (1: the technician's)."""
        return f"door://{self._run_dir / 'vpcd.door'}?slot={slot}"

    @property
    def log(self) -> Path:
        """The file with pcscd's output of all runs."""
        return self._run_dir / "pcscd.log"

    def start(self) -> None:
        """Start pcscd and wait until clients can connect. Raises RuntimeError with its last output otherwise."""
        if self._cage is not None:
            raise RuntimeError("this pcscd is already running")
        if len(str(self._socket).encode()) >= SUN_PATH_BYTES:
            raise RuntimeError(f"{self._run_dir} is too long for a Unix socket; choose a shorter run directory")
        self._run_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        # pcscd opens its own directory to everybody; the one around it stays ours.
        self._ipc.mkdir(exist_ok=True)
        for leftover in (self._socket, self._ipc / "pcscd.pid", self._run_dir / "vpcd.door"):
            leftover.unlink(missing_ok=True)
        readers = [_reader(self._friendly_name, pcscd_cage.VPCD_PORT)]
        if self._neighbour is not None:
            readers.append(_reader(self._neighbour, pcscd_cage.VPCD_PORT + pcscd_cage.SLOTS))
        (self._run_dir / "reader.conf").write_bytes(b"".join(readers))
        with self.log.open("ab") as log:
            self._cage = subprocess.Popen(
                [*_unshare(), sys.executable, "-I", pcscd_cage.__file__, str(self._run_dir)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        self._await_ready(self._cage)

    def _await_ready(self, cage: subprocess.Popen[bytes]) -> None:
        assert cage.stdout is not None
        deadline = time.monotonic() + START_S
        heard, _, _ = select.select([cage.stdout], [], [], START_S)
        said = cage.stdout.readline().strip() if heard else b""
        while said and cage.poll() is None and time.monotonic() < deadline:
            if _answers(self._socket):
                self._pcscd_pid = int(said)
                return
            time.sleep(0.01)
        self.stop()
        last_words = self.log.read_text(errors="replace").splitlines()[-5:]
        raise RuntimeError("pcscd did not start: " + " | ".join(last_words))

    def stop(self) -> None:
        """End it as systemd would (SIGTERM); may be called twice."""
        cage, self._cage = self._cage, None
        if cage is None:
            return
        assert cage.stdin is not None
        assert cage.stdout is not None
        cage.stdin.close()
        try:
            cage.wait(STOP_S)
        except subprocess.TimeoutExpired:
            cage.kill()
            cage.wait()
        cage.stdout.close()

    def restart(self) -> None:
        """Restart pcscd, as systemd would: every context and handle of clients becomes invalid."""
        self.stop()
        self.start()

    def kill(self) -> None:
        """Kill pcscd as in a crash (SIGKILL): sockets and pid file stay behind. `start` works again afterwards."""
        if self._cage is None:
            raise RuntimeError("this pcscd is not running")
        os.kill(self._pcscd_pid, signal.SIGKILL)
        self._cage.wait(STOP_S)
        self.stop()

    def freeze(self) -> None:
        """Let pcscd hang (SIGSTOP): it accepts connections and answers none. `thaw`, `kill` and `stop` end this."""
        os.kill(self._pcscd_pid, signal.SIGSTOP)
        deadline = time.monotonic() + STOP_S
        while not _is_stopped(self._pcscd_pid):
            if time.monotonic() > deadline:
                raise RuntimeError("pcscd does not stop")
            time.sleep(0.001)

    def thaw(self) -> None:
        """Let a frozen pcscd go on (SIGCONT); no effect on one that is not frozen."""
        os.kill(self._pcscd_pid, signal.SIGCONT)

    def __enter__(self) -> PrivatePcscd:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        raised: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.stop()


def _reader(name: bytes, port: int) -> bytes:
    """One reader of reader.conf(5)."""
    return b'FRIENDLYNAME "%b"\nDEVICENAME /dev/null:%d\nLIBPATH %b\nCHANNELID %d\n' % (
        name,
        port,
        os.fsencode(VPCD_DRIVER),
        port,
    )


def _is_stopped(pid: int) -> bool:
    """Whether every thread of a process is stopped; they get the signal one after the other."""
    states = [task.read_text().rpartition(")")[2].split()[0] for task in Path(f"/proc/{pid}/task").glob("*/stat")]
    return all(state == "T" for state in states)


def _unshare() -> list[str]:
    as_root = [] if os.geteuid() == 0 else ["--map-root-user"]
    return ["unshare", "--mount", "--net", *as_root, "--"]


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        return probe.connect_ex(str(path)) == 0
