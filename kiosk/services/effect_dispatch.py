"""Dispatches effects to the services that carry them out, each on its own thread.

A service thread is a worker and its service. The service is built on the worker's thread when it is first needed. So a
device is opened, used and closed by one thread, and nothing is imported before it is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from kiosk.domain.faults import Fault
from kiosk.runtime.workers import LONGEST_JOB_S, Worker
from kiosk.services.job_times import longest_time
from kiosk.workflow import effects as do
from kiosk.workflow import events as on

Post = Callable[[on.Event], None]
"""Post an event to the machine, stamped with the visit that the effect belonged to."""

Handler = Callable[[Any, Post], None]


class Service(Protocol):
    """Turns effects into device calls, and outcomes into events."""

    @property
    def handlers(self) -> Mapping[type, Handler]:
        """The handler for each kind of effect."""

    def close(self) -> None:
        """Release the device."""


S = TypeVar("S", bound=Service)


class ServiceThread(Generic[S]):
    """A worker and its service.

    `unusable(mistakes)` is called when a file that the configuration names cannot be used, while the service is built
    or when it first needs the file. The job is then not done.
    """

    def __init__(self, worker: Worker, build: Callable[[Worker], S], unusable: Callable[[Sequence[str]], None]) -> None:
        self.worker = worker
        self._build = build
        self._unusable = unusable
        self._service: S | None = None
        self._released = False

    def submit(
        self,
        job: Callable[[S], None],
        doing: str = "other",
        longest_s: float = LONGEST_JOB_S,
        not_done: Callable[[], None] = lambda: None,
    ) -> None:
        """Queue a job for the service on its thread. `doing`, `longest_s`: see `Worker.submit`; `not_done()` is called
        there if the job could not be done, or completed, because a file cannot be used.
        """
        self.worker.submit(lambda: self._do(job, not_done), doing, longest_s)

    def _do(self, job: Callable[[S], None], not_done: Callable[[], None]) -> None:
        if self._released:
            return  # queued by another thread after the release: the device would not be released again
        try:
            if self._service is None:
                self._service = self._build(self.worker)
            job(self._service)
        except ValueError as error:
            # Every error about a file has `mistakes`; any other ValueError is a bug.
            mistakes = getattr(error, "mistakes", None)
            if mistakes is None:
                raise
            self._unusable(mistakes)
            not_done()

    def release(self) -> None:
        """Release the device, on its thread; the owner of the worker ends it afterwards. Of services that share a
        worker the one that uses the other is released first. Jobs that are submitted later are not done.
        """
        self.worker.submit(self._release)

    def close(self) -> None:
        """Release the device and end the worker, where this is its only service."""
        self.release()
        self.worker.close()

    def _release(self) -> None:
        self._released = True
        if self._service is not None:
            self._service.close()
            self._service = None


def on_thread(thread: ServiceThread[Any]) -> Handler:
    """A handler that carries an effect out on `thread`, within the time that such a job may take."""

    def carry_out(effect: do.Effect, post: Post) -> None:
        kind = type(effect)
        thread.submit(
            lambda service: service.handlers[kind](effect, post),
            doing=kind.__name__,
            longest_s=longest_time(kind).seconds,
        )

    return carry_out


def unless(fault: Callable[[], Fault | None], carry_out: Handler, *instead: on.Event) -> Handler:
    """A handler that carries out an effect unless there is a fault; then it posts the fault and `instead`."""

    def carry_out_or_tell(effect: do.Effect, post: Post) -> None:
        if (present := fault()) is None:
            carry_out(effect, post)
            return
        for event in (on.DeviceFailed(present), *instead):
            post(event)

    return carry_out_or_tell


class EffectDispatcher:
    """The table from effects to service threads. An effect may go to several (`ClearPersonalData`)."""

    def __init__(self) -> None:
        self._routes: dict[type, list[Callable[[do.Effect, Post], None]]] = {}
        self._post: Callable[[on.Event, UUID | None], None] | None = None

    def route(self, thread: ServiceThread[Any], effects: Iterable[type]) -> None:
        """Let `thread` carry out every one of `effects`."""
        for effect in effects:
            self._routes.setdefault(effect, []).append(on_thread(thread))

    def handle_inline(self, effect: type, carry_out: Handler) -> None:
        """Carry `effect` out on the machine's own thread: for calculations, and for handlers that only submit jobs."""
        self._routes.setdefault(effect, []).append(carry_out)

    def connect(self, post: Callable[[on.Event, UUID | None], None]) -> None:
        """Set where outcomes go: `Engine.post`."""
        self._post = post

    def perform(self, effect: do.Effect, visit_id: UUID | None) -> None:
        """Carry `effect` out without blocking. Raises ValueError for an effect without a handler."""
        routes = self._routes.get(type(effect))
        post_event = self._post
        if routes is None or post_event is None:
            raise ValueError(f"nobody carries out {type(effect).__name__}")

        def post(event: on.Event) -> None:
            post_event(event, visit_id)

        for carry_out in routes:
            carry_out(effect, post)
