"""What a resident waits more for a grant when the line to central fails, beside an undisturbed one in the same run."""

from __future__ import annotations

import tempfile
import time
from contextlib import closing, suppress
from pathlib import Path
from statistics import median
from uuid import uuid4

from kiosk.central.client import CentralClient, CentralRefusedCall
from kiosk.reference_central.server import ReferenceCentral
from tests.bench.figures import Figure, Result, spread
from tests.fakes.tls_gateway import Play, TlsGateway, breaks_after, forgets, passes_on
from tests.lobby.central_rig import MovableClock, request, resident, settings

ROUNDS, QUICK_ROUNDS = 7, 2
MOST_MORE_S = 6.0  # what somebody bears before a page that says that central is being asked


def measure(quick: bool) -> Result:
    """Medians of `POST /v1/endorsements`, with the kiosk's own times; the three take turns."""
    undisturbed: list[float] = []
    disturbed: dict[str, list[float]] = {"answer lost": [], "connection forgotten": []}
    with tempfile.TemporaryDirectory(prefix="bench-central-") as name:
        directory = Path(name)
        with (
            ReferenceCentral(settings(directory, MovableClock())) as central,
            closing(TlsGateway(directory, central.url)) as gateway,
            CentralClient(
                gateway.url, ca=directory / "ca.pem", certificate=directory / "kiosk.pem", key=directory / "kiosk.key"
            ) as client,
        ):
            _asked(central, gateway, client, passes_on, passes_on)  # the first one opens every connection
            for _ in range(QUICK_ROUNDS if quick else ROUNDS):
                undisturbed.append(_asked(central, gateway, client, passes_on, passes_on))
                disturbed["answer lost"].append(_asked(central, gateway, client, passes_on, breaks_after))
                disturbed["connection forgotten"].append(_asked(central, gateway, client, forgets, passes_on))
    figures = [Figure("central: asking for an endorsement", median(undisturbed), "s")]
    figures += [
        Figure(
            f"central: asking, {what}",
            median(times),
            "s",
            "the same undisturbed",
            median(undisturbed),
            "difference",
            MOST_MORE_S,
        )
        for what, times in disturbed.items()
    ]
    return Result(
        tuple(figures),
        {
            "undisturbed_s": spread(undisturbed),
            **{f"{what.replace(' ', '_')}_s": spread(times) for what, times in disturbed.items()},
        },
    )


def _asked(
    central: ReferenceCentral, gateway: TlsGateway, client: CentralClient, before: Play, meanwhile: Play
) -> float:
    """How long it takes on a connection that stood idle. `before`: what is done with the call that makes it idle."""
    who = resident()
    central.seed([who.record])
    gateway.plays[:] = [before]
    with suppress(CentralRefusedCall):  # nobody's: central knows none
        client.endorsement_state(uuid4())
    gateway.plays[:] = [meanwhile]
    body = request(who)
    began = time.monotonic()
    answer = client.request_endorsement(body, sequence=None)
    took_s = time.monotonic() - began
    assert answer.state == "granted"
    return took_s
