"""Commands for the permit's chip: a batch through the relay, and a whole chip session, beside the same ones bare."""

from __future__ import annotations

import queue
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from assets import ASSETS
from drivers.permit_chip import apdu
from drivers.permit_chip.chip import PermitChip
from drivers.permit_chip.commands import read_commands
from drivers.permit_chip.records import RelayCommand
from drivers.permit_file.permit_file import PermitFile
from drivers.permit_file.reader import load_permit_files
from drivers.simulators.pcscd import PrivatePcscd
from drivers.transport.pcsc import PcscCoupler
from kiosk.central.client import CentralClient
from kiosk.central.contract import ChipAnswer, ChipCommand, PermitContent
from kiosk.demo.processes import Process
from kiosk.demo.simulation import TEST_KEYS, Simulation
from kiosk.journal.content_hash import content_hash_by
from kiosk.reference_central.authority import GRANT_KEYS
from kiosk.reference_central.chip_commands import ChipCommands
from kiosk.reference_central.hsm import SoftwareHsm
from kiosk.runtime.workers import Worker
from kiosk.services.chip import ChipService
from kiosk.services.effect_dispatch import ServiceThread
from kiosk.services.pcscd_restart import PcscdRestart
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from tests.bench.bare_chip import BareChip, RecordingCoupler, bare_chip
from tests.bench.bare_https import BareEndpoint
from tests.bench.figures import Figure, Result, spread
from tests.lobby.residents import write_residents
from tests.lobby.windowless import STATE, Windowless, fail, simulation_for

BATCH = 10
ROUNDS, QUICK_ROUNDS = 30, 3
BATCHES_A_ROUND = 10
VISITS, QUICK_VISITS = 6, 1
LIMIT = 1.3
START_S, PRESENCE_S, ANSWER_S = 30.0, 5.0, 10.0


def measure(quick: bool) -> Result:
    """The batch with a chip that takes no time, so that the relay's own shows; the session with one that takes the
    time of a real one, as everything around it does.
    """
    people = write_residents(STATE / "chip-residents.toml", 1 + (QUICK_VISITS if quick else VISITS))
    with simulation_for("chip", 1.0, STATE / "chip-residents.toml") as simulation:
        if simulation.pcscd is None:
            raise RuntimeError("there is no pcscd to measure through")
        slot = simulation.pcscd.reader_names[1]
        with _chip_on_second_slot(simulation, simulation.pcscd, pace=0.0):
            batch, batch_details = _batches(slot, QUICK_ROUNDS if quick else ROUNDS)
        with _chip_on_second_slot(simulation, simulation.pcscd, pace=1.0):
            stage, stage_details = _stages(simulation, slot, people)
    return Result((batch, *stage), {"batch": batch_details, "stage": stage_details})


@contextmanager
def _chip_on_second_slot(simulation: Simulation, pcscd: PrivatePcscd, pace: float) -> Iterator[None]:
    with Process.of_python(
        "a permit on the second slot",
        ["-m", "tests.bench.chip_host", pcscd.slot_url(1), str(pace)],
        simulation.state_dir / "chip-host.log",
    ) as host:
        host.first_line(START_S)
        coupler = PcscCoupler(pcscd.reader_names[1])
        try:
            coupler.connect(PRESENCE_S)  # pcscd looks every 400 ms; from here on it is there
        finally:
            coupler.close()
        yield


# -- a batch of ten -------------------------------------------------------------------------------------------------


def _batches(slot: str, rounds: int) -> tuple[Figure, dict[str, Any]]:
    layouts = load_permit_files(ASSETS / "permits")
    commands = _ten(layouts[0])
    wire = _on_the_wire(slot, layouts, commands)
    relayed, bare = [], []
    for number in range(rounds):
        # Whoever comes second finds pcscd and the chip's process awake, so they take turns in that too.
        if number % 2:
            bare += _bare(slot, wire)
        relayed += _relayed(slot, layouts, commands)
        if not number % 2:
            bare += _bare(slot, wire)
    figure = Figure(
        f"chip: a batch of {BATCH} commands through the relay",
        statistics.median(relayed),
        "s",
        f"the same {len(wire)} SCardTransmit on the same chip",
        statistics.median(bare),
        "ratio",
        LIMIT,
    )
    return figure, {"relayed_s": spread(relayed), "bare_s": spread(bare), "transmits": len(wire)}


def _ten(layout: PermitFile) -> list[RelayCommand]:
    """Select, read everything again and again, and a challenge at the end: what a reading batch consists of."""
    reads = [command for command, _ in read_commands(layout)]
    middle = (reads * BATCH)[: BATCH - 2]
    return [RelayCommand(apdu.select_application(layout.aid)), *middle, RelayCommand(apdu.get_challenge())]


def _on_the_wire(slot: str, layouts: Sequence[PermitFile], commands: Sequence[RelayCommand]) -> list[list[int]]:
    coupler = RecordingCoupler(PcscCoupler(slot))
    try:
        with PermitChip(coupler, layouts) as chip:
            chip.open(PRESENCE_S)
            coupler.commands.clear()
            chip.relay(commands)
    finally:
        coupler.close()
    return [list(command) for command in coupler.commands]


def _bare(slot: str, wire: list[list[int]]) -> list[float]:
    """Seconds of batches after the first."""
    with bare_chip(slot) as chip:
        return [chip.batch(wire) for _ in range(BATCHES_A_ROUND + 1)][1:]


def _relayed(slot: str, layouts: Sequence[PermitFile], commands: Sequence[RelayCommand]) -> list[float]:
    """Seconds from the order to the event, for batches after the one that opens the chip."""
    told: queue.SimpleQueue[on.Event] = queue.SimpleQueue()
    coupler = PcscCoupler(slot)
    desk: ServiceThread[ChipService] = ServiceThread(
        Worker("permit_chip", fail),
        lambda worker: ChipService(
            PermitChip(coupler, layouts), coupler, content_hash_by(b""), worker, PcscdRestart(None)
        ),
        fail,
    )
    effect = do.RelayBatch(do.ChipCommands(tuple((command.apdu, command.expect) for command in commands)))
    desk.worker.start()
    took = []
    try:
        for _ in range(BATCHES_A_ROUND + 1):
            began = time.perf_counter()
            desk.submit(lambda service: service.handlers[do.RelayBatch](effect, told.put))
            event = told.get(timeout=ANSWER_S)
            took.append(time.perf_counter() - began)
            if not isinstance(event, on.BatchRelayed):
                raise RuntimeError(f"the batch was not relayed: {type(event).__name__}")
    finally:
        desk.close()
    return took[1:]


# -- a whole chip session -------------------------------------------------------------------------------------------


def _stages(
    simulation: Simulation, slot: str, people: Sequence[tuple[str, str]]
) -> tuple[tuple[Figure, ...], dict[str, Any]]:
    stages, centrals, chips, powerings, calls = [], [], [], [], 0
    session = BareSession(slot, simulation.tls_dir)
    with Windowless(simulation) as kiosk, BareEndpoint(simulation, keeps=True) as endpoint, _waits() as waits:
        for number, (person, permit) in enumerate(people):
            waits.clear()
            kiosk.renew(person, permit)
            began, ended = kiosk.last(s.OpeningChipSession), kiosk.last(s.RewritingFace)
            answered = [seconds for at, seconds in waits if began <= at < ended]
            calls = len(answered)
            if number:
                stages.append(ended - began)
                centrals.append(sum(answered))
            for _ in range(3):
                transmits, powering = session.play()
                chips.append(transmits)
                powerings.append(powering)
            endpoint.round_trips(5)
        trips = endpoint.took
    central_s = statistics.median(centrals)
    bare = statistics.median(chips) + calls * statistics.median(trips)
    powering_s = statistics.median(powerings)
    stage = statistics.median(stages)
    figures = (
        Figure(
            "chip: the chip stage, from session to read back",
            stage,
            "s",
            f"the same commands bare, and what central took to answer {calls} calls; powering the chip not counted",
            statistics.median(chips) + central_s,
            "ratio",
            LIMIT,
        ),
        Figure(
            "chip: the same beside a central that does nothing",
            stage,
            "s",
            f"the same commands and {calls} round trips with a row on disk, bare",
            bare,
            "ratio",
        ),
        Figure(
            "chip: the same, powering counted on both sides",
            stage,
            "s",
            "as before, and SCardConnect to the chip, which was powered off after it was read",
            bare + powering_s,
            "ratio",
        ),
    )
    return figures, {
        "stage_s": spread(stages),
        "bare_transmits_s": spread(chips),
        "bare_powering_s": spread(powerings),
        "bare_round_trip_s": spread(trips),
        "central_s": spread(centrals),
        "calls": calls,
        "transmits": len(session.wire),
        "parts_ms": _parts(kiosk),
    }


@contextmanager
def _waits() -> Iterator[list[tuple[float, float]]]:
    """When each call to central was sent, and for how many seconds its answer was waited for: what the reference
    central does meanwhile (its database, the keys of the chip) is not the kiosk's.
    """
    waits: list[tuple[float, float]] = []
    exchange = CentralClient._exchange

    def timed(client: CentralClient, request: Any, within_s: float) -> Any:
        at = time.monotonic()
        try:
            return exchange(client, request, within_s)
        finally:
            waits.append((at, time.monotonic() - at))

    with patch.object(CentralClient, "_exchange", timed):
        yield waits


def _parts(kiosk: Windowless) -> dict[str, float]:
    """Where the last visit's chip stage went: milliseconds in each state."""
    parts = {}
    for (began, state), (ended, _) in zip(kiosk.entered, kiosk.entered[1:], strict=False):
        if isinstance(state, s.OpeningChipSession | s.RelayingBatch | s.SendingChipAnswers | s.ReadingChipBack):
            number = f" {state.batch}" if isinstance(state, s.RelayingBatch | s.SendingChipAnswers) else ""
            parts[type(state).__name__ + number] = round((ended - began) * 1000, 2)
    return parts


class BareSession:
    """The commands of a whole chip session as the kiosk and central exchange them, with a right MAC each time."""

    def __init__(self, slot: str, tls_dir: Path) -> None:
        self._slot = slot
        self._layouts = load_permit_files(ASSETS / "permits")
        self._layout = self._layouts[0]
        self._hsm = SoftwareHsm.from_files(TEST_KEYS, tls_dir / GRANT_KEYS)
        self.wire, self._serial = self._recorded()

    def _recorded(self) -> tuple[list[bytes], bytes]:
        coupler = RecordingCoupler(PcscCoupler(self._slot))
        composed = ChipCommands(self._layout, self._hsm)
        try:
            with PermitChip(coupler, self._layouts) as chip:
                chip.open(PRESENCE_S)
                answers = chip.relay(_relay_commands(composed.probe(0)))
                told = [ChipAnswer(data=answer.data.hex().upper(), sw=f"{answer.sw:04X}") for answer in answers]
                serial = composed.reading(told).chip_serial
                (write,) = composed.writes(_content())
                chip.relay(_relay_commands(composed.write(write, serial, answers[-1].data, None)))
                chip.read()
        finally:
            coupler.close()
        return list(coupler.commands), bytes.fromhex(serial)

    def play(self) -> tuple[float, float]:
        """Seconds in SCardTransmit, and in SCardConnect."""
        with bare_chip(self._slot) as chip:
            return sum(self._transmits(chip)), chip.powering_s

    def _transmits(self, chip: BareChip) -> list[float]:
        took, challenge = [], b""
        for command in self.wire:
            if command[1] in (apdu.INS_UPDATE_BINARY, apdu.INS_UPDATE_RECORD):
                unsigned = command[: -apdu.MAC_BYTES]
                mac = self._hsm.chip_mac(self._layout.mac, self._serial, challenge, unsigned[:4], unsigned[5:])
                command = unsigned + mac
            seconds, answer = chip.transmit(list(command))
            took.append(seconds)
            if command[1] == apdu.INS_GET_CHALLENGE:
                challenge = answer[:-2]
        if answer[-2:] != b"\x90\x00":
            raise RuntimeError("the bare session did not come to its end")
        return took


def _relay_commands(commands: Sequence[ChipCommand]) -> list[RelayCommand]:
    return [
        RelayCommand(bytes.fromhex(command.apdu), tuple(int(word, 16) for word in command.expect))
        for command in commands
    ]


def _content() -> PermitContent:
    return PermitContent.model_validate(
        {
            "address": "上海市浦东新区示范路88弄6号402室",
            "issuing_authority": "上海市公安局浦东分局",
            "category": "standard",
            "valid_from": "2026-12-04",
            "valid_to": "2027-12-04",
            "endorsement_count": 3,
        }
    )
