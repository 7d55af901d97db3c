"""The service of the technician's card: it looks for one while somebody signs in, and whether it stays there.

What a card says counts only after it has signed something new by the key of a certificate of the operator's service
authority. Nothing of that is kept beyond the card's stay in the slot.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence

from cryptography import x509

from drivers.errors import DriverError, ProtocolError, TransportError
from drivers.service_card.device import DEVICE, NotAServiceCard, ServiceCardReader
from kiosk.domain.clock import Clock
from kiosk.event_log.log_events import LogEvent, log
from kiosk.runtime.workers import Worker
from kiosk.services.effect_dispatch import Handler, Post
from kiosk.services.proven_service_card import ProvenServiceCard
from kiosk.services.service_card_certificates import ServiceCardRefusedError, judged
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow.technician.tasks import SignInProblem

POLL_S = 0.25
"""Between two looks at the slot. pcscd itself looks every 0.4 s."""


class ServiceCardService:
    """Answers `AwaitServiceCard` until another job comes, such as `StopServiceCard`. `revoked`: serial numbers of
    certificates that do not count.
    """

    def __init__(
        self,
        reader: ServiceCardReader,
        authorities: Sequence[x509.Certificate],
        revoked: Collection[str],
        worker: Worker,
        clock: Clock,
        proven: ProvenServiceCard,
    ) -> None:
        self._reader = reader
        self._authorities = authorities
        self._revoked = revoked
        self._worker = worker
        self._clock = clock
        self._proven = proven

    @property
    def handlers(self) -> Mapping[type, Handler]:
        return {do.AwaitServiceCard: self._await, do.StopServiceCard: self._stopped}

    def close(self) -> None:
        self._proven.number = None
        self._reader.close()

    def _stopped(self, _: do.StopServiceCard, __: Post) -> None:
        """Queueing this job has already ended the looking; pcscd is not held while nobody signs in."""
        self.close()

    def _await(self, _: do.AwaitServiceCard, post: Post) -> None:
        seen: int | None = None
        is_lost = False
        while not self._worker.is_wanted_elsewhere():
            try:
                present = self._reader.presence()
                is_lost = False
            except DriverError as error:
                present = None
                if not is_lost:
                    _log_refusal("no reader", error)
                    post(on.ServiceCardRefused(SignInProblem.SERVICE_CARD_READER_GONE))
                is_lost = True
            if present != seen:
                seen = present
                self._forget(post)
                if present is not None:
                    self._look(post)
            self._worker.pause(POLL_S)

    def _forget(self, post: Post) -> None:
        """The card that has proven its key is not there any more."""
        if self._proven.number is not None:
            self._proven.number = None
            log(LogEvent.SERVICE_CARD_REMOVED)
            post(on.ServiceCardRemoved())

    def _look(self, post: Post) -> None:
        try:
            number = self._number_of_service_card()
        except ServiceCardRefusedError as refused:
            _log_refusal(refused.cause)
            post(on.ServiceCardRefused(refused.problem))
        except (NotAServiceCard, ProtocolError) as error:
            _log_refusal("no service card", error)
            post(on.ServiceCardRefused(SignInProblem.SERVICE_CARD_FOREIGN))
        except DriverError as error:
            if self._is_reader_gone(error):
                return  # the next look at the slot says so
            _log_refusal("not read to the end", error)
            post(on.ServiceCardRefused(SignInProblem.SERVICE_CARD_UNREADABLE))
        else:
            self._proven.number = number
            log(LogEvent.SERVICE_CARD_PROVEN, technician=number)
            post(on.ServiceCardAccepted(number))
        finally:
            self._reader.release()

    def _number_of_service_card(self) -> str:
        certificate = judged(self._reader.read_certificate(), self._authorities, self._revoked, self._clock.now())
        if not self._reader.proves(certificate.public_key):
            raise ServiceCardRefusedError(
                SignInProblem.SERVICE_CARD_NOT_PROVEN, f"no key of certificate {certificate.serial}"
            )
        return certificate.number

    def _is_reader_gone(self, error: DriverError) -> bool:
        """Whether it was the reader that failed, and not the card."""
        if not isinstance(error, TransportError):
            return False
        try:
            self._reader.presence()
        except TransportError:
            return True
        return False


def _log_refusal(cause: str, error: DriverError | None = None) -> None:
    log(
        LogEvent.SERVICE_CARD_REFUSED,
        level=logging.WARNING,
        device=DEVICE,
        cause=cause,
        error=None if error is None else f"{type(error).__name__}: {error}",
    )
