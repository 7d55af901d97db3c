"""Checks of HTTP as the contract uses it: names of calls, keys, numbers, methods, sizes, JSON."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

from kiosk.central.check import bodies
from kiosk.central.check.findings import Check
from kiosk.central.check.judging import ENDORSEMENT, FOUND, HEARTBEAT, is_problem, is_same, need, read
from kiosk.central.check.run import Run
from kiosk.central.check.wire import ANSWER_S, Answer, Wire
from kiosk.central.contract import IDEMPOTENCY_HEADER, JSON_TYPE

_KNOW = "README: Connection"
_SEARCH = "/v1/applications/search"
_HEARTBEAT = "/v1/heartbeat"
_MUCH = 1024 * 1024
AT_ONCE = 2


def _searched(run: Run, **headers: str | None) -> Answer:
    return run.kiosk.post(_SEARCH, bodies.document(bodies.search(bodies.nobody())), **headers)


def _keep_alive(run: Run) -> None:
    run.kiosk.close()
    before = run.kiosk.connections
    for _ in range(3):
        read(_searched(run), FOUND)
    need(run.kiosk.connections == before + 1, "the connection is closed after an answer")


def _no_key(run: Run) -> None:
    is_problem(_searched(run, Idempotency_Key=None), "missing_idempotency_key")


def _bad_key(run: Run) -> None:
    for key in ("short", "k" * 81, "not a key at all"):
        is_problem(_searched(run, Idempotency_Key=key), "invalid_request")


def _bad_number(run: Run) -> None:
    for number in ("0", "-1", "one", str(2**53)):
        is_problem(_searched(run, X_Kiosk_Sequence=number), "invalid_request")


def _bad_name(run: Run) -> None:
    for name in ("n" * 65, "a name"):
        is_problem(_searched(run, X_Kiosk_Call=name), "invalid_request")


def _no_number(run: Run) -> None:
    read(_searched(run, X_Kiosk_Sequence=None), FOUND)


def _repeated(run: Run) -> None:
    first_body = bodies.document(bodies.heartbeat(bodies.journal_length()))
    key = str(uuid4())
    first = run.kiosk.post(_HEARTBEAT, first_body, key)
    read(first, HEARTBEAT)
    is_same(first, run.kiosk.post(_HEARTBEAT, first_body, key))
    asked = bodies.endorsement(bodies.nobody())
    first = run.kiosk.post("/v1/endorsements", bodies.document(asked), str(asked.endorsement_id))
    read(first, ENDORSEMENT)
    again = run.kiosk.post("/v1/endorsements", bodies.document(asked), str(asked.endorsement_id))
    is_same(first, again)


def _repeated_on_a_new_line(run: Run) -> None:
    body, key = bodies.document(bodies.proof(bodies.nobody())), str(uuid4())
    first = run.kiosk.post("/v1/evidence", body, key)
    run.kiosk.close()
    is_same(first, run.kiosk.post("/v1/evidence", body, key))


def _at_once(run: Run) -> None:
    """Repeat a call while central still carries it out, as a kiosk does after losing the connection."""
    asked = bodies.endorsement(bodies.nobody())
    document, key = bodies.document(asked), str(asked.endorsement_id)
    wires = [run.caller(run.target.kiosk) for _ in range(AT_ONCE)]
    together = Barrier(AT_ONCE)

    def ask(wire: Wire) -> Answer:
        together.wait(ANSWER_S)
        return wire.post("/v1/endorsements", document, key)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(ask, wires))
    good = [each for each in answers if each.status == 200]
    for each in answers:
        if each.status != 200:
            is_problem(each, "busy")
    need(bool(good), "POST /v1/endorsements: none of two at once with the same key is answered")
    for each in good:
        read(each, ENDORSEMENT)
        is_same(good[0], each)


def _key_of_another(run: Run) -> None:
    key = str(uuid4())
    read(run.kiosk.post(_SEARCH, bodies.document(bodies.search(bodies.nobody())), key), FOUND)
    other = run.kiosk.post(_SEARCH, bodies.document(bodies.search(bodies.nobody())), key)
    is_problem(other, "idempotency_conflict")
    is_problem(
        run.kiosk.post("/v1/evidence", bodies.document(bodies.proof(bodies.nobody())), key), "idempotency_conflict"
    )


def _problems_are_not_kept(run: Run) -> None:
    key = str(uuid4())
    is_problem(run.kiosk.post(_SEARCH, {"holder": None}, key), "invalid_request")
    read(run.kiosk.post(_SEARCH, bodies.document(bodies.search(bodies.nobody())), key), FOUND)


def _method(run: Run) -> None:
    for method, path in (("PUT", "/v1/endorsements"), ("GET", "/v1/endorsements"), ("DELETE", _HEARTBEAT)):
        answer = run.kiosk.ask(method, path, None, {})
        is_problem(answer, "method_not_allowed")
        allowed = {each.strip() for each in answer.headers.get("allow", "").split(",")}
        need("POST" in allowed, f"{answer.what}: 405 without an Allow that names POST (RFC 9110, section 15.5.6)")


def _unknown_path(run: Run) -> None:
    is_problem(run.kiosk.ask("GET", "/v1/nothing", None, {}), "not_found")
    is_problem(run.kiosk.post("/v1/endorsements/", {}), "not_found")


def _too_large(run: Run) -> None:
    answer = run.kiosk.post(_SEARCH, b" " * _MUCH + b"{}")
    run.kiosk.close()
    is_problem(answer, "too_large")


def _not_json(run: Run) -> None:
    case = bodies.nobody()
    good = bodies.search(case).model_dump_json()
    name_twice = f'{good[:-1]},"permit":null}}'
    half_a_character = good.replace(case.holder.name, "\\ud800")
    no_number = good.replace('"endorsement_count":1', '"endorsement_count":NaN')
    for wrong in ("", "nothing", "[]", name_twice, half_a_character, no_number):
        is_problem(run.kiosk.post(_SEARCH, wrong.encode("utf-8")), "invalid_request")
    is_problem(run.kiosk.post(_SEARCH, good.encode("utf-16")), "invalid_request")


def _other_spelling(run: Run) -> None:
    document = bodies.search(bodies.nobody()).model_dump_json(indent=2).encode("ascii", "backslashreplace")
    headers = {IDEMPOTENCY_HEADER: str(uuid4()), "content-type": f"{JSON_TYPE}; charset=utf-8"}
    read(run.kiosk.ask("POST", _SEARCH, document, dict(headers)), FOUND)


def _named(run: Run) -> None:
    need(not run.heard.unnamed, f"not repeated by {_listed(run.heard.unnamed)}")


def _dated(run: Run) -> None:
    need(not run.heard.undated, f"none of the three forms in {_listed(run.heard.undated)}")


def _in_time(run: Run) -> None:
    need(run.heard.slowest_s < ANSWER_S, f"an answer took {run.heard.slowest_s:.1f} s")


def _listed(what: list[str]) -> str:
    kinds = list(dict.fromkeys(what))
    return ", ".join(kinds[:4]) + (f" and {len(kinds) - 4} more" if len(kinds) > 4 else "")


CHECKS: tuple[Check[Run], ...] = (
    Check("http.keep_alive", "a connection serves more than one call", _KNOW, _keep_alive),
    Check(
        "http.other_spelling",
        "JSON counts by its value: escapes, blanks, a charset in Content-Type",
        _KNOW,
        _other_spelling,
    ),
    Check(
        "http.not_json",
        "what is not JSON, or JSON that others read otherwise, is 422 invalid_request",
        _KNOW,
        _not_json,
    ),
    Check("http.too_large", "a body of a megabyte is 413 too_large", "README: Problem documents", _too_large),
    Check("http.method", "another method is 405 method_not_allowed, with Allow", "README: Problem documents", _method),
    Check("http.unknown_path", "an unknown address is 404 not_found", "README: Problem documents", _unknown_path),
    Check(
        "key.missing",
        "a POST without Idempotency-Key is 400 missing_idempotency_key",
        "openapi.json: parameter Idempotency-Key",
        _no_key,
    ),
    Check(
        "key.malformed",
        "an Idempotency-Key of another form is 422 invalid_request",
        "openapi.json: parameter Idempotency-Key",
        _bad_key,
    ),
    Check("key.repeat", "same key and body: the same, first answer", _KNOW, _repeated),
    Check(
        "key.repeat_on_a_new_connection",
        "the same on another connection",
        "README: What the kiosk does when a call gets no answer",
        _repeated_on_a_new_line,
    ),
    Check(
        "key.at_once",
        "two at once with the same key: the same answer to both, or 503 busy to one",
        "README: What the kiosk does when a call gets no answer",
        _at_once,
    ),
    Check(
        "key.other_request", "a used key with another body or call is 409 idempotency_conflict", _KNOW, _key_of_another
    ),
    Check("key.problems_are_not_kept", "a problem document uses no key up", _KNOW, _problems_are_not_kept),
    Check(
        "number.malformed",
        "an X-Kiosk-Sequence of another form is 422 invalid_request",
        "openapi.json: parameter X-Kiosk-Sequence",
        _bad_number,
    ),
    Check(
        "number.absent",
        "a call without X-Kiosk-Sequence is answered",
        "openapi.json: parameter X-Kiosk-Sequence",
        _no_number,
    ),
    Check(
        "call.malformed",
        "an X-Kiosk-Call of another form is 422 invalid_request",
        "openapi.json: parameter X-Kiosk-Call",
        _bad_name,
    ),
)
AT_THE_END: tuple[Check[Run], ...] = (
    Check("call.repeated", "every answer repeats X-Kiosk-Call, problem documents too", _KNOW, _named),
    Check("http.date", "every answer has a Date in one of the three forms of RFC 9110, section 5.6.7", _KNOW, _dated),
    Check(
        "http.in_time",
        "every answer comes within 15 s",
        "README: What the kiosk does when a call gets no answer",
        _in_time,
    ),
)
