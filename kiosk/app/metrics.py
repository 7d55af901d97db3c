"""Tells a monitoring system how the kiosk behind a window is, where the configuration asks for it."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

from kiosk.app.snapshots import Snapshots
from kiosk.config.metrics import MetricsSettings

AFTER_S = 5.0
"""Seconds after the start: the first screen comes first, and this takes a tenth of a second to import."""


class Metrics:
    """Serves metrics from entering to leaving, on threads of its own; not at all if `settings` is None."""

    def __init__(self, settings: MetricsSettings | None, snapshots: Snapshots, after_s: float = AFTER_S) -> None:
        self._settings = settings
        self._snapshots = snapshots
        self._after_s = after_s
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="metrics", daemon=True)

    def __enter__(self) -> Self:
        if self._settings is not None:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        if self._settings is None or self._ending.wait(self._after_s):
            return
        from kiosk.metrics.exposition import page
        from kiosk.metrics.server import serve_metrics

        serve_metrics(self._settings, lambda: page(self._snapshots.take()), self._ending)
