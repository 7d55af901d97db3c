"""The program inside the namespaces of `PrivatePcscd`: it runs one pcscd with vpcd, and passes connections to it out.

It uses only the standard library, and is started by `unshare --mount --net` with the run directory as argument. It
mounts a directory of that over /run/pcscd, hides the drivers of real readers, brings the loopback up, starts pcscd, and
hands out connections to vpcd: a client that connects to the socket `vpcd.door` and sends one byte (the slot) gets an
open TCP connection to that slot as a file descriptor. It ends when its standard input closes or pcscd ends.
"""

from __future__ import annotations

import os
import selectors
import signal
import socket
import subprocess
import sys
from pathlib import Path

VPCD_PORT = 35963  # private to the network namespace, so it need not be free outside
SLOTS = 2  # vpcd makes a reader of two slots; the second listens on the next port
PCSCD_HOME = Path("/run/pcscd")  # compiled into pcscd
IPC_DIR = "ipc"  # below the run directory: what pcscd sees as its own
DRIVERS = Path("/usr/lib/pcsc/drivers")


def main() -> int:
    run_dir = Path(sys.argv[1])
    _prepare(run_dir)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        door.bind(str(run_dir / "vpcd.door"))
        door.listen(8)
        pcscd = _start_pcscd(run_dir)
        # A line on stdout means that the door is open; the parent waits for it.
        print(pcscd.pid, flush=True)
        try:
            _serve(door, pcscd)
        finally:
            if pcscd.poll() is None:
                pcscd.terminate()
            try:
                pcscd.wait(timeout=3)
            except subprocess.TimeoutExpired:
                pcscd.kill()
                pcscd.wait()
    return 0


def _prepare(run_dir: Path) -> None:
    held = os.open(run_dir / IPC_DIR, os.O_RDONLY | os.O_DIRECTORY)
    empty = run_dir / "no_readers"
    empty.mkdir(exist_ok=True)
    for bundle in sorted(DRIVERS.glob("*.bundle")):
        _run("mount", "--bind", str(empty), str(bundle))
    if not PCSCD_HOME.is_dir():
        _run("mount", "-t", "tmpfs", "tmpfs", str(PCSCD_HOME.parent))
        PCSCD_HOME.mkdir()
    # Through the open descriptor, because the run directory itself may lie below /run.
    _run("mount", "--bind", f"/proc/self/fd/{held}", str(PCSCD_HOME), keep=(held,))
    os.close(held)
    _run("ip", "link", "set", "lo", "up")


def _run(*command: str, keep: tuple[int, ...] = ()) -> None:
    subprocess.run(command, check=True, pass_fds=keep)


def _start_pcscd(run_dir: Path) -> subprocess.Popen[bytes]:
    command = ["pcscd", "--foreground", "--info", "--config", str(run_dir / "reader.conf")]
    known = subprocess.run(["pcscd", "--help"], capture_output=True, text=True, check=False)
    if "--disable-polkit" in known.stdout + known.stderr:
        command.append("--disable-polkit")
    with (run_dir / "pcscd.log").open("ab") as log:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)


def _serve(door: socket.socket, pcscd: subprocess.Popen[bytes]) -> None:
    ended = os.pidfd_open(pcscd.pid)
    with selectors.DefaultSelector() as selector:
        for source in (door.fileno(), sys.stdin.fileno(), ended):
            selector.register(source, selectors.EVENT_READ)
        while True:
            ready = [key.fd for key, _ in selector.select()]
            if ended in ready or sys.stdin.fileno() in ready:
                break
            _hand_out(door)
    os.close(ended)


def _hand_out(door: socket.socket) -> None:
    caller, _ = door.accept()
    with caller:
        caller.settimeout(2)
        try:
            slot = caller.recv(1)
            if not slot or slot[0] >= SLOTS:
                return
            with socket.create_connection(("127.0.0.1", VPCD_PORT + slot[0]), timeout=2) as vpcd:
                vpcd.settimeout(None)  # the time limit would travel along as O_NONBLOCK
                socket.send_fds(caller, [b"\x01"], [vpcd.fileno()])
        except OSError:
            return  # the caller sees its connection close without a descriptor, and asks again


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which closes our standard input
    sys.exit(main())
