"""Calls that the OpenAPI document allows, and calls that it forbids, at the reference central over real HTTPS.

Whatever is asked, central does not break: every answer is one that the document describes, every refusal is a problem
document, and what the document forbids is refused.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.result import Ok

from kiosk.central import contract
from kiosk.reference_central.server import ReferenceCentral
from tests.lobby.central_rig import MovableClock, Resident, resident
from tests.lobby.central_rig import settings as central_settings
from tests.torture.fuzz.promises import hold
from tests.waiting import LIMIT_S

CALLS = 4000  # at scale 1, shared by all operations
DOCUMENT = Path(contract.__file__).with_name("openapi.json")
NAMES = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "negative_data_rejection",
    "positive_data_acceptance",
    "unsupported_method",
    "missing_required_header",
)
PATIENCE_S = LIMIT_S


@dataclass(frozen=True)
class Line:
    """A kiosk's connection to a running central."""

    url: str
    session: requests.Session
    directory: Path
    resident: Resident

    def call(self, case: Case[Any]) -> Any:
        """The answer to one call."""
        return case.call(
            base_url=self.url,
            session=self.session,
            timeout=PATIENCE_S,
            verify=str(self.directory / "ca.pem"),
            cert=(str(self.directory / "kiosk.pem"), str(self.directory / "kiosk.key")),
        )


@contextmanager
def central_line() -> Iterator[Line]:
    """A central with a registered kiosk, and the kiosk's connection."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        with ReferenceCentral(central_settings(directory, MovableClock())) as central, requests.Session() as session:
            session.trust_env = False
            known = resident()
            central.seed([known.record])
            yield Line(central.url, session, directory, known)


def call_central(calls: int, begin: int) -> Counter[int]:
    """So many calls, spread over all operations; how often each status was answered. Raises what does not hold."""
    load_all_checks()
    checks = [check for check in CHECKS.get_by_names(NAMES) if not isinstance(check, type)]
    assert len(checks) == len(NAMES)
    document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    read = list(schemathesis.openapi.from_dict(document).get_all_operations())
    operations = [each.ok() for each in read if isinstance(each, Ok)]
    assert len(operations) == len(read)
    statuses: Counter[int] = Counter()
    each = max(2, calls // len(operations))
    with central_line() as line:
        for operation in operations:

            @seed(begin)
            @settings(
                max_examples=each,
                database=None,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode)))
            def attempt(case: Case[Any]) -> None:
                if case.meta is not None and case.meta.generation.mode == GenerationMode.POSITIVE:
                    _sense(case, line.resident)
                answer = line.call(case)
                case.validate_response(answer, checks=checks)
                statuses[answer.status_code] += 1
                _check_problem(answer)

            attempt()
    return statuses


def _sense(case: Case[Any], known: Resident) -> None:
    """An allowed call made one that gets past the door: with a key, and every second time about somebody known."""
    body = case.body if isinstance(case.body, dict) else {}
    made = next((body[key] for key in ("endorsement_id", "application_id") if key in body), None)
    if case.method == "POST":
        case.headers[contract.IDEMPOTENCY_HEADER] = str(made or uuid4())
    if "holder" in body and len(json.dumps(body, default=str)) % 2:
        body["holder"] = known.record.holder.model_dump(mode="json")
        if body.get("permit") is not None:
            body["permit"] = known.facts.model_dump(mode="json")


def _check_problem(answer: Any) -> None:
    if answer.status_code < 400:
        return
    hold(answer.headers.get("content-type") == [contract.PROBLEM_TYPE], "a refusal is a problem document")
    problem = contract.Problem.model_validate_json(answer.content)
    hold(problem.status == answer.status_code, "a problem document tells its status")


def main() -> int:
    """`make contract`: so many calls, and how often each status was answered."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture.fuzz.central_calls", description=__doc__)
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    statuses = call_central(arguments.calls, arguments.seed)
    told = ", ".join(f"{status}: {number}" for status, number in sorted(statuses.items()))
    print(f"{sum(statuses.values())} calls, nothing found ({told})")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
