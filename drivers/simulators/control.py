"""The rig by remote control: JSON lines over a local socket, for the bench window, for tests and for measurements.

A line `{"do": "offer_permit", "permit_id": "…"}` is answered by `{"ok": true, "result": …}` or
`{"ok": false, "error": "…"}`. Only this user may reach the socket.
"""

from __future__ import annotations

import json
import os
import selectors
import socket
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from drivers.simulators.rig import Rig

PORTION = 65536
LONGEST_LINE = 1 << 20
ANSWER_TIMEOUT_S = 60.0
POLL_S = 0.1


class RigRefused(Exception):
    """The rig refused a request; the message says why."""


def verbs_of(rig: Rig) -> dict[str, tuple[Callable[..., Any], frozenset[str], frozenset[str]]]:
    """The rig's verbs: the method, the required arguments, and the allowed ones."""

    def verb(method: Callable[..., Any], *needs: str, may_have: tuple[str, ...] = ()) -> Any:
        return method, frozenset(needs), frozenset(needs) | frozenset(may_have)

    return {
        "lay_id_card": verb(rig.lay_id_card, "person_id"),
        "lift_id_card": verb(rig.lift_id_card),
        "show_code": verb(rig.show_code, "text"),
        "show_licence_code": verb(rig.show_licence_code, "licence_id"),
        "offer_permit": verb(rig.offer_permit, "permit_id"),
        "withdraw_permit": verb(rig.withdraw_permit),
        "take_permit": verb(rig.take_permit),
        "insert_service_card": verb(rig.insert_service_card, "service_card"),
        "pull_service_card": verb(rig.pull_service_card),
        "service_cards": verb(rig.service_cards),
        "free_jam": verb(rig.free_jam),
        "empty_bin": verb(rig.empty_bin),
        "open_cover": verb(rig.open_cover, "device"),
        "close_cover": verb(rig.close_cover, "device"),
        "load_paper": verb(rig.load_paper),
        "tear_off_receipt": verb(rig.tear_off_receipt),
        "fault": verb(rig.fault, "device", "name"),
        "clear_faults": verb(rig.clear_faults, may_have=("device",)),
        "fault_names": verb(lambda: rig.fault_names),
        "people": verb(rig.people),
        "licences": verb(rig.licences),
        "exchange_unit": verb(rig.exchange_unit, "unit", "contacts"),
        "urls": verb(lambda: rig.urls),
        "state": verb(rig.state),
        "receipt_texts": verb(rig.receipt_texts),
        "save_receipt": verb(
            lambda path, number=-1: rig.save_receipt(Path(path), number), "path", may_have=("number",)
        ),
        "save_face": verb(lambda permit_id, path: rig.save_face(permit_id, Path(path)), "permit_id", "path"),
        "drain_activity": verb(rig.drain_activity),
    }


class RigControl:
    """Serves one rig on one socket, any number of callers, in one thread."""

    def __init__(self, rig: Rig, path: Path) -> None:
        self._verbs = verbs_of(rig)
        self._path = path
        self._selector = selectors.DefaultSelector()
        self._heard: dict[socket.socket, bytearray] = {}
        self._listener: socket.socket | None = None
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Listen; a socket that an earlier run left behind is replaced."""
        self._path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX)
        try:
            before = os.umask(0o177)
            try:
                listener.bind(str(self._path))
            finally:
                os.umask(before)
        except OSError:
            listener.close()
            raise
        listener.listen()
        self._listener = listener
        self._selector.register(listener, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._serve, name="rig control")
        self._thread.start()

    def stop(self) -> None:
        """Close all connections; may be called twice."""
        self._stopping.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join()
            for link in list(self._heard):
                self._hang_up(link)
            if self._listener is not None:
                self._listener.close()
            self._selector.close()
            self._path.unlink(missing_ok=True)

    def _serve(self) -> None:
        while not self._stopping.is_set():
            for key, _ in self._selector.select(POLL_S):
                link = key.fileobj
                assert isinstance(link, socket.socket)
                if link is self._listener:
                    self._accept(link)
                else:
                    self._hear(link)

    def _accept(self, listener: socket.socket) -> None:
        link, _ = listener.accept()
        link.settimeout(ANSWER_TIMEOUT_S)
        self._heard[link] = bytearray()
        self._selector.register(link, selectors.EVENT_READ)

    def _hang_up(self, link: socket.socket) -> None:
        self._selector.unregister(link)
        del self._heard[link]
        link.close()

    def _hear(self, link: socket.socket) -> None:
        try:
            portion = link.recv(PORTION)
            heard = self._heard[link]
            heard += portion
            while b"\n" in heard:
                line, _, rest = bytes(heard).partition(b"\n")
                heard[:] = rest
                link.sendall(json.dumps(self.answer(line), ensure_ascii=False).encode() + b"\n")
        except OSError:
            portion = b""  # the caller left during a request or an answer
        if not portion or len(self._heard[link]) > LONGEST_LINE:
            self._hang_up(link)

    def answer(self, line: bytes) -> dict[str, Any]:
        """Carry out the request of one line; returns the answer."""
        try:
            request = json.loads(line)
        except ValueError as error:
            return {"ok": False, "error": f"not JSON: {error}"}
        if not isinstance(request, Mapping) or not isinstance(request.get("do"), str):
            return {"ok": False, "error": 'expected an object with "do"'}
        arguments = {key: value for key, value in request.items() if key != "do"}
        if request["do"] not in self._verbs:
            return {"ok": False, "error": f"cannot do {request['do']!r}; can do {', '.join(self._verbs)}"}
        method, needs, may_have = self._verbs[request["do"]]
        if not needs <= arguments.keys() <= may_have:
            return {"ok": False, "error": f"{request['do']} takes {', '.join(sorted(may_have)) or 'nothing'}"}
        try:
            return {"ok": True, "result": method(**arguments)}
        except (ValueError, TypeError, OSError) as error:
            # An impossible action, an argument of a wrong type, a picture that cannot be written.
            return {"ok": False, "error": f"{error}"}


class RigClient:
    """The other end: `client.do("offer_permit", permit_id="…")`. One caller at a time."""

    def __init__(self, path: Path) -> None:
        """Raises OSError where no rig listens."""
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(ANSWER_TIMEOUT_S)
        try:
            self._socket.connect(str(path))
        except OSError:
            self._socket.close()
            raise
        self._heard = bytearray()

    def do(self, verb: str, **arguments: Any) -> Any:
        """The result. Raises `RigRefused` with the rig's reason, OSError when the rig is gone."""
        self._socket.sendall(json.dumps({"do": verb, **arguments}).encode() + b"\n")
        while b"\n" not in self._heard:
            portion = self._socket.recv(PORTION)
            if not portion:
                raise ConnectionError("the rig is gone")
            self._heard += portion
        line, _, rest = bytes(self._heard).partition(b"\n")
        self._heard[:] = rest
        answer = json.loads(line)
        if not answer["ok"]:
            raise RigRefused(answer["error"])
        return answer["result"]

    def close(self) -> None:
        """Close the connection; may be called twice."""
        self._socket.close()

    def __enter__(self) -> RigClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
