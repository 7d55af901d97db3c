"""Hostile input in short: the same decoders, promises and processes as `python -m tests.torture fuzz`."""

from __future__ import annotations

import random
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from kiosk.central.client import CentralAnsweredGarbage, CentralRefusedCall
from tests.torture.fuzz import running
from tests.torture.fuzz.catalogue import TARGETS
from tests.torture.fuzz.central_answers import ID, NAMED, fuzz_answers, hostile
from tests.torture.fuzz.central_calls import call_central
from tests.torture.fuzz.codec_runs import fuzz_codec, replay, seeds
from tests.torture.fuzz.data_files import spoil_files
from tests.torture.fuzz.grants import mutate_grants
from tests.torture.fuzz.permit_dates import assess_permits
from tests.torture.fuzz.promises import PromiseBroken
from tests.torture.fuzz.relay_adversary import UNGUARDED, attack

ROOT = Path(__file__).parents[2]
DECODES = re.compile(r"^class \w*Decoder\b|^def (parse|decode|read)_\w+\(\w+: bytes", re.MULTILINE)
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
                del data[at : at + chance.randint(1, 8)]
            case 2:
                data[at:at] = data[: chance.randint(0, 16)]
            case _:
                data[at : at + 1] = bytes((chance.choice((0x00, 0x02, 0x03, 0x06, 0x90, 0xF2, 0xFF)),))
    return bytes(data)


def test_every_decoder_of_bytes_in_drivers_is_fuzzed() -> None:
    fuzzed = {module for target in TARGETS.values() for module in target.instrumented}
    decoders = set()
    for path in sorted((ROOT / "drivers").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "class ScanDecoder(Protocol)" not in text and DECODES.search(text):
            decoders.add(".".join(path.relative_to(ROOT).with_suffix("").parts))
    assert decoders - fuzzed == set()
    assert len(decoders) >= 8


def test_every_module_whose_branches_lead_the_fuzzer_is_there() -> None:
    led_by = {module for target in TARGETS.values() for module in target.instrumented}
    assert {module for module in led_by if find_spec(module) is None} == set()


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


PLANTED = [
    ("planted_crash", 60_000, "seven is a length too"),
    ("planted_hang", 2000, "timeout"),
    ("planted_leak", 8000, "grew by"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "inputs", "told"), PLANTED)
def test_the_fuzzer_finds_a_flaw_that_was_planted(name: str, inputs: int, told: str, tmp_path: Path) -> None:
    run = fuzz_codec(name, inputs, tmp_path, seed=1, hang_s=1)
    assert run.flaw is not None
    assert told in run.flaw


@pytest.mark.slow
def test_a_central_that_answers_anything_is_judged_and_never_repeated() -> None:
    assert 0 < fuzz_answers(200, begin=1) < 200


@pytest.mark.slow
def test_an_answer_that_stands_on_the_line_twice_is_not_taken_for_the_next_calls() -> None:
    first, second = (_problem(code) for code in (b"grant_used", b"wrong_batch"))
    with hostile() as (central, client):
        central.say(first + first, second, second, hangs_up=False)
        codes = []
        for _ in range(2):
            with pytest.raises(CentralRefusedCall) as caught:
                client.endorsement_state(ID)
            codes.append(caught.value.code)
        assert codes == ["grant_used", "wrong_batch"]
        assert central.connections == 2


@pytest.mark.slow
def test_a_central_that_never_names_the_call_is_garbage() -> None:
    with hostile() as (central, client):
        central.say(_problem(b"grant_used").replace(NAMED, b""))
        with pytest.raises(CentralAnsweredGarbage, match="other_call"):
            client.endorsement_state(ID)


def _problem(code: bytes) -> bytes:
    body = b'{"title": "x", "status": 409, "code": "%s"}' % code
    head = b"HTTP/1.1 409 Conflict\r\nContent-Type: application/problem+json\r\n" + NAMED
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


@pytest.mark.slow
def test_every_change_of_a_grant_is_refused() -> None:
    assert mutate_grants(150, begin=1) == 150


@pytest.mark.slow
def test_a_spoilt_data_file_is_told_in_readable_lines() -> None:
    told = spoil_files(250, begin=1)
    assert all(refused > 0 for _, refused in told.values()), told


@pytest.mark.slow
def test_the_rules_bear_dates_that_no_authority_ever_wrote() -> None:
    assert assess_permits(200, begin=1) > 10


@pytest.mark.slow
def test_a_central_taken_over_changes_only_what_an_endorsement_rewrites_and_learns_nothing_else() -> None:
    relayed, changed = attack(80, begin=1)
    assert relayed > 50
    assert changed > 10  # right writes do go through, so the attack is one


@pytest.mark.slow
def test_a_hole_in_the_allow_list_would_be_found() -> None:
    with pytest.raises(PromiseBroken):
        attack(300, begin=1, preys=UNGUARDED)


@pytest.mark.slow
def test_every_call_of_the_document_is_answered_as_the_document_says() -> None:
    statuses = call_central(40, begin=1)
    assert statuses[200] > 0
    assert statuses[422] > 0
    assert max(statuses) < 500


@pytest.mark.slow
def test_a_step_that_breaks_is_told_with_its_traceback_and_how_to_see_it_again() -> None:
    told, held = running.step("no such step", count=50, seed=7)
    assert not held
    assert "python -m tests.torture.fuzz.steps" in told
    assert "KeyError" in told
