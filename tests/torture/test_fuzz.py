"""Hostile input in short: the same decoders, promises and processes as `python -m tests.torture fuzz`."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.torture.fuzz.catalogue import TARGETS
from tests.torture.fuzz.codec_runs import fuzz_codec, replay, seeds

MUTANTS = 60


def _mutant(seed: bytes, chance: random.Random) -> bytes:
    """A seed with a few bytes changed, cut out, or doubled."""
    data = bytearray(seed)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(4):
            case 0 if at < len(data):
                data[at] ^= 1 << chance.randrange(8)
            case 1:
                del data[at:at + chance.randint(1, 8)]
            case 2:
                data[at:at] = data[:chance.randint(0, 16)]
            case _:
                data[at:at + 1] = bytes((chance.choice((0x00, 0x02, 0x03, 0x06, 0x90, 0xF2, 0xFF)),))
    return bytes(data)


@pytest.mark.slow
@pytest.mark.parametrize("name", TARGETS)
def test_published_vectors_and_their_mutants_are_handled_as_promised(name: str) -> None:
    chance = random.Random(name)
    begins = seeds(name)
    for seed in [b"", *begins]:
        replay(name, seed)
    for _ in range(MUTANTS):
        replay(name, _mutant(chance.choice(begins)[:2000], chance))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["star_frames", "id_reader_blocks"])
def test_the_fuzzer_tries_as_many_inputs_as_it_is_told(name: str, tmp_path: Path) -> None:
    run = fuzz_codec(name, 500, tmp_path, seed=1)
    assert (run.inputs, run.flaw) == (600, None)


PLANTED = [("planted_crash", 60_000, "seven is a length too"), ("planted_hang", 2000, "timeout"),
           ("planted_leak", 8000, "grew by")]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "inputs", "told"), PLANTED)
def test_the_fuzzer_finds_a_flaw_that_was_planted(name: str, inputs: int, told: str, tmp_path: Path) -> None:
    run = fuzz_codec(name, inputs, tmp_path, seed=1, hang_s=1)
    assert run.flaw is not None
    assert told in run.flaw
