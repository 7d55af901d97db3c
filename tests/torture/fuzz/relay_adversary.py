"""A central whose software was taken over, at the relay: what can it do to a permit, and what can it learn from it?

It has central's HSM at hand, so every command that it composes carries a right MAC if it likes. The chip before it has
more than the permit file tells: a secret file and a secret record that may be read and, under MAC, written. Whatever is
relayed, only rewritable fields change, nothing secret is read, and nothing but planned kinds of commands goes out.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from drivers.errors import CommandNotAllowed
from drivers.permit_chip import apdu
from drivers.permit_chip.chip import PermitChip
from drivers.permit_chip.commands import read_commands, select_path, unsigned_update
from drivers.permit_chip.records import RelayCommand
from drivers.permit_file.field_codec import FieldValue
from drivers.permit_file.permit_file import ChipField, ChipFile, PermitFile, PlannedWrite
from drivers.simulators import chip_keys
from drivers.simulators.virtual_chip import VirtualChip
from drivers.transport.base import ApduAnswer
from tests.fakes.chip_coupler import ChipInHand
from tests.fakes.invented_permits import KEYS, REFERENCE, SSSE, UPDATE, fields_of, serial
from tests.torture.fuzz.promises import hold

ATTACKS = 20_000  # at scale 1
IN_ONE_GO = 1000
SECRET = "5345435245542D4F4E2D4348495021"
SECRET_BYTES = len(SECRET) // 2
EFS = (0xEF05, 0xEF06, 0xEF07, 0xDF01, 0x3F00, 0x0000)


def _wider(permit: PermitFile) -> PermitFile:
    """The same permit with what its file does not tell: a transparent file, and a record beside the known ones."""
    hidden = ChipFile("hidden", "transparent", 9, (), SECRET_BYTES, "mac")
    secret = ChipField("secret", "hidden", 0, 0, SECRET_BYTES, "hex", {})
    files, fields, writes = (*permit.files, hidden), (*permit.fields, secret), permit.writes
    writes = (PlannedWrite(("secret",), "hidden", 0, SECRET_BYTES, commits=False), *writes)
    records = next((file for file in permit.files if file.structure == "records" and file.update == "mac"), None)
    if records is not None:
        fields = (*fields, ChipField("secret_record", records.name, 0x7E, 0, SECRET_BYTES, "hex", {}))
        writes = (PlannedWrite(("secret_record",), records.name, 0x7E, SECRET_BYTES, commits=False), *writes)
    return replace(permit, files=files, fields=fields, writes=writes)


@dataclass(frozen=True)
class Prey:
    """One kind of permit: what its permit file tells, what the chip really is, and what the kiosk goes by."""

    known: PermitFile
    real: PermitFile
    gone_by: PermitFile

    def chip(self) -> VirtualChip:
        values: dict[str, FieldValue] = {"secret": SECRET, "secret_record": SECRET, **fields_of(self.known)}
        return VirtualChip(self.real, {field.name: values[field.name] for field in self.real.fields}, KEYS)


PREYS = tuple(Prey(permit, _wider(permit), permit) for permit in (REFERENCE, SSSE))
UNGUARDED = tuple(replace(prey, gone_by=prey.real) for prey in PREYS)
"""The same permits at a kiosk whose allow-list has a hole: it goes by a permit file that tells everything."""

FRESH = {prey.known.name: prey.chip().written_fields() for prey in PREYS}

Compose = Callable[[Prey, bytes], bytes]
"""A command, from the permit and the challenge that the chip gave last."""

ALL_FIELDS: dict[str, FieldValue] = {
    **UPDATE,
    "secret": "00" * SECRET_BYTES,
    "secret_record": "11" * SECRET_BYTES,
    "valid_to": date(2099, 12, 31),
}


def _signed(prey: Prey, unsigned: bytes, challenge: bytes) -> bytes:
    key = chip_keys.chip_key(prey.known.mac, KEYS, serial())
    return unsigned + chip_keys.mac(prey.known.mac, key, challenge, unsigned)


def _real_write(place: int) -> Compose:
    def compose(prey: Prey, challenge: bytes) -> bytes:
        writes = prey.real.encode_update({name: ALL_FIELDS[name] for name in prey.real.rewritable})
        return _signed(prey, unsigned_update(prey.real, writes[place % len(writes)]), challenge)

    return compose


def _foreign_write(sfi_or_tag: int, offset: int, size: int, as_record: bool) -> Compose:
    """Any place, any size, a right MAC."""

    def compose(prey: Prey, challenge: bytes) -> bytes:
        data = bytes(size)
        if as_record:
            return _signed(prey, apdu.update_record_unsigned(sfi_or_tag, data[:247]), challenge)
        return _signed(prey, apdu.update_binary_unsigned(sfi_or_tag & 0x1F, offset, data), challenge)

    return compose


def _reading(place: int) -> Compose:
    def compose(prey: Prey, challenge: bytes) -> bytes:
        commands = read_commands(prey.real)
        return commands[place % len(commands)][0].apdu

    return compose


def _select(place: int) -> Compose:
    def compose(prey: Prey, challenge: bytes) -> bytes:
        paths = [apdu.select_application(prey.known.aid), *(apdu.select_file(ef) for ef in EFS)]
        paths += [command for file in prey.known.files for command in select_path(prey.known, file)]
        return paths[place % len(paths)]

    return compose


def _mutated(compose: Compose, changes: list[tuple[int, int]]) -> Compose:
    def mutate(prey: Prey, challenge: bytes) -> bytes:
        command = bytearray(compose(prey, challenge))
        for place, value in changes:
            command[place % len(command)] = value
        return bytes(command)

    return mutate


def _verbatim(command: bytes) -> Compose:
    return lambda prey, challenge: command


FORBIDDEN = [
    bytes.fromhex(text)
    for text in (
        "0020000003123456",
        "0020008108" + "31" * 8,
        "0082000108" + "00" * 8,
        "0088000108" + "00" * 8,
        "0084000008",
        "80D4000010" + "00" * 16,
        "00C0000010",
        "00B0890010",
        "000E000000",
        "00E2000005AABBCCDDEE",
        "00A40400023F00",
    )
]
places = st.integers(0, 60)
real = st.one_of(
    st.builds(_real_write, places),
    st.builds(_reading, places),
    st.builds(_select, places),
    st.just(_verbatim(apdu.get_challenge())),
    st.just(_verbatim(apdu.get_challenge())),
)
commands = st.one_of(
    real,
    real,
    real,
    st.builds(_mutated, real, st.lists(st.tuples(st.integers(0, 12), st.integers(0, 255)), min_size=1, max_size=2)),
    st.builds(_foreign_write, st.integers(0, 255), st.integers(0, 255), st.integers(0, 60), st.booleans()),
    st.builds(_verbatim, st.sampled_from(FORBIDDEN)),
    st.builds(_verbatim, st.binary(max_size=24)),
)
expectations = st.sampled_from([(0x9000,), (0x9000,), (0x9000,), (0x9000, 0x6A82), (0x6988, 0x9000), ()])
Batch = list[tuple[Compose, tuple[int, ...]]]


def _path(place: int, step: int) -> Compose:
    """A step of the way to a write's file, then a challenge."""

    def compose(prey: Prey, challenge: bytes) -> bytes:
        file = prey.real.file(prey.real.writes[place % len(prey.real.writes)].file)
        way = [apdu.select_application(prey.known.aid), *select_path(prey.real, file)]
        return way[step] if step < len(way) else apdu.get_challenge()

    return compose


def _as_central_does(reached: int, written: int, changes: list[tuple[int, int]]) -> list[Batch]:
    """The way to a file and a challenge, then a write: to the same file, or to another, or a little wrong."""
    way: Batch = [(_path(reached, step), (0x9000,)) for step in range(4)]
    write = _real_write(written)
    return [way, [(_mutated(write, changes) if changes else write, (0x9000,))]]


few = st.integers(0, 7)
prepared = st.one_of(
    st.builds(lambda place: _as_central_does(place, place, []), few),
    st.builds(_as_central_does, few, few, st.lists(st.tuples(st.integers(0, 8), st.integers(0, 255)), max_size=1)),
)
random_batch = st.builds(lambda one: [one], st.lists(st.tuples(commands, expectations), min_size=1, max_size=4))
attacks = st.lists(st.one_of(prepared, random_batch), min_size=1, max_size=6)


class Adversary:
    """Relays its batches through the kiosk's own chip driver and remembers what it learnt."""

    def __init__(self, prey: Prey) -> None:
        self.prey = prey
        self.coupler = ChipInHand(prey.chip())
        self.learnt = b""
        self.relayed = 0
        self._challenge = bytes(apdu.CHALLENGE_BYTES)
        self._chip = PermitChip(self.coupler, [prey.gone_by])
        self._chip.open(1.0)
        self._own = len(self.coupler.commands)

    def relay(self, batch: Batch) -> None:
        """One batch; the kiosk refuses it whole or relays it to the first unexpected answer."""
        composed = [RelayCommand(compose(self.prey, self._challenge), expect) for compose, expect in batch]
        try:
            self._chip.relay(composed, self._heard(composed))
        except CommandNotAllowed:
            return
        self.relayed += 1

    def _heard(self, composed: list[RelayCommand]) -> Callable[[int, ApduAnswer], None]:
        def hear(index: int, answer: ApduAnswer) -> None:
            self.learnt += answer.data
            if composed[index].apdu == apdu.get_challenge() and answer.sw == apdu.OK:
                self._challenge = answer.data

        return hear

    def judge(self) -> None:
        """Raise `PromiseBroken` if the permit was wronged."""
        prey = self.prey
        now = self.coupler.chip.written_fields() if self.coupler.chip is not None else {}
        before = FRESH[prey.known.name]
        changed = {name for name in now if now[name] != before[name]}
        hold(changed <= set(prey.known.rewritable), "only what an endorsement rewrites is changed")
        hold(bytes.fromhex(SECRET) not in self.learnt, "nothing is read that the permit file does not tell")
        for command in self.coupler.commands[self._own :]:
            kind = (command[0], command[1])
            hold(kind in KINDS, "nothing but planned kinds of commands goes out")
            hold(kind != (0x00, 0x84) or command == apdu.get_challenge(), "no challenge for an authentication")
        self._chip.close()


KINDS = {(0x00, 0xA4), (0x00, 0x84), (0x00, 0xB0), (0x00, 0xB2), (0x00, 0xC0), (0x04, 0xD6), (0x04, 0xDC)}


def attack(attacks_wanted: int, begin: int, preys: tuple[Prey, ...] = PREYS) -> tuple[int, int]:
    """So many attacks, each of some batches; how many batches were relayed and how many attacks changed a permit."""
    relayed, changed = 0, 0
    for done in range(0, attacks_wanted, IN_ONE_GO):

        @seed(begin + done)
        @settings(
            max_examples=min(IN_ONE_GO, attacks_wanted - done),
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(st.sampled_from(preys), attacks)
        def attempt(prey: Prey, moves: list[list[Batch]]) -> None:
            nonlocal relayed, changed
            adversary = Adversary(prey)
            for batch in itertools.chain(*moves):
                adversary.relay(batch)
            adversary.judge()
            relayed += adversary.relayed
            assert adversary.coupler.chip is not None
            changed += adversary.coupler.chip.written_fields() != FRESH[prey.known.name]

        attempt()
    return relayed, changed


def guess_all_headers() -> int:
    """Every class, instruction and P1 of interest, alone, with a right MAC: how many were tried."""
    tried = 0
    for prey in PREYS:
        adversary = Adversary(prey)
        for cla, ins in itertools.product(range(256), repeat=2):
            for tail in (b"", b"\x04", b"\x04\x01\x02\x03\x04"):
                adversary.relay([(_verbatim(bytes((cla, ins, 0x89, 0x00)) + tail), (0x9000,))])
                tried += 1
        adversary.judge()
    return tried
