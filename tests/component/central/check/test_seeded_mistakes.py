"""A central that makes a mistake is found out, and the mistake is named by the check that it belongs to."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography import x509

from kiosk.central.check.findings import Outcome
from kiosk.central.check.suite import check_central
from tests.component.central.check.rig import REVOKED, cases, of, permits, second_central, target
from tests.second_central.mistakes import MISTAKES

FOUND_BY: dict[str, set[object]] = {  # `...`: it shows in many answers, and others find it too
    "no call name": {"call.repeated"},
    "no call name in problems": {"call.repeated"},
    "problems as JSON": {"id.unknown", "http.method", "key.missing", "request.unknown_field", ...},
    "wrong status": {"id.unknown", "http.unknown_path", ...},
    "unstable code": {"id.unknown", "request.unknown_field", ...},
    "takes unknown fields": {"request.unknown_field"},
    "executes a repeat": {"key.repeat", "endorsement.repeated", "chip.begun", ...},
    "no key conflict": {"key.other_request", "endorsement.repeated"},
    "no key demanded": {"key.missing"},
    "date otherwise": {"http.date"},
    "no Allow": {"http.method"},
    "hangs up": {"http.keep_alive"},
    "no certificate demanded": {"tls.without_certificate"},
    "revoked taken": {"tls.revoked"},
    "old TLS": {"tls.old_versions"},
    "unsigned grant": {"grant.signature", "rewrite.waiting"},
    "signed otherwise": {"grant.signature", "rewrite.waiting"},
    "grant without end": {"grant.content", "rewrite.waiting"},
    "any kiosk reads": {"endorsement.of_one_kiosk"},
    "a batch told twice": {"chip.told_again"},
    "SELECT with Le": {"chip.wrong_mac", "chip.link_lost", "chip.no_challenge", "chip.written"},
    "goes on after a wrong MAC": {"chip.wrong_mac"},
    "believes a new chip": {"completion.nothing_written", ...},
    "fails on a refusal": {"chip.relay_refused"},
    "writes blindly": {"chip.link_lost", "chip.no_challenge"},
    "wrong MAC": {"chip.written"},
    "gives a used grant back": {"cancellation.used"},
    "a late report counts": {"completion.out_of_order", "completion.state", "rewrite.nothing"},
    "forgets the journal": {"heartbeat.journal"},
    "names by their letters": {"name.spelt_otherwise", "application.found_by_id_card"},
    "takes anything": {"http.too_large"},
}


def test_each_mistake_has_a_check_that_finds_it() -> None:
    assert set(FOUND_BY) == set(MISTAKES)


@pytest.mark.parametrize("mistake", sorted(MISTAKES))
def test_a_mistake_is_found_and_named(directory: Path, mistake: str) -> None:
    told = cases(collection="counter")
    with second_central(directory, (mistake,)) as central:
        central.know(*permits(told))
        central.revoke(x509.load_pem_x509_certificate((directory / f"{REVOKED}.pem").read_bytes()).serial_number)
        report = check_central(target(central.url, directory, told))
    found = of(report, Outcome.DEVIATES)
    expected = FOUND_BY[mistake]
    assert expected - {...} <= set(found), found
    assert ... in expected or set(found) == expected, found
