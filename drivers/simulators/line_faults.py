"""The faults of a simulated device on a serial line, switched on and off from any thread."""

from __future__ import annotations

import threading

from drivers.simulators.pty_line import PtyLine


class LineFaults:
    """The base of a simulator with faults. `fault_names`: the possible faults, including "unplugged"."""

    fault_names: tuple[str, ...]

    def __init__(self, line: PtyLine) -> None:
        self._line = line
        self._lock = threading.Lock()
        self._faults: set[str] = set()  # the present faults; under the lock

    @property
    def url(self) -> str:
        return self._line.url

    def set_fault(self, name: str) -> None:
        """Set a fault; one whose name says "once" happens only the next time. Raises ValueError for an unknown name."""
        if name not in self.fault_names:
            raise ValueError(f"no fault {name!r}; there are {', '.join(self.fault_names)}")
        with self._lock:
            self._faults.add(name)
        if name == "unplugged":
            self._line.unplug()

    def clear_faults(self) -> None:
        """End all faults."""
        with self._lock:
            was_unplugged = "unplugged" in self._faults
            self._faults.clear()
        if was_unplugged:
            self._powered_on()
            self._line.plug_in()

    def _powered_on(self) -> None:
        """Reset the state that a device loses when it is unplugged."""

    def _has(self, fault: str) -> bool:
        with self._lock:
            return fault in self._faults
