"""A client that a foreign program generates from the OpenAPI document can make every call of the contract."""

from __future__ import annotations

import importlib
import json
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID

import pytest

from kiosk.central.contract import CALL_HEADER, IDEMPOTENCY_HEADER, SEQUENCE_HEADER
from kiosk.reference_central.openapi_document import DOCUMENT, EXAMPLES, path_of
from kiosk.reference_central.server import ReferenceCentral
from tests.lobby.central_rig import MovableClock, settings

PACKAGE = "generated_central"
EXAMPLE_OF: dict[tuple[str, str], dict[str, Any]] = {}
PATHS: dict[str, Any] = json.loads(DOCUMENT.read_text(encoding="utf-8"))["paths"]
for each in json.loads(EXAMPLES.read_text(encoding="utf-8")):
    EXAMPLE_OF.setdefault((path_of(PATHS, each["path"]), each["method"].lower()), each)


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    directory = tmp_path_factory.mktemp("generated")
    program = Path(sys.executable).with_name("openapi-python-client")
    told = subprocess.run(
        [program, "generate", "--path", DOCUMENT, "--output-path", directory / PACKAGE, "--meta", "none"],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        cwd=directory,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    # It warns of every schema that it leaves out, and ends well all the same.
    assert "Unable to" not in told.stdout + told.stderr, told.stdout + told.stderr
    sys.path.insert(0, str(directory))
    yield directory
    sys.path.remove(str(directory))
    for name in [name for name in sys.modules if name.split(".")[0] == PACKAGE]:
        del sys.modules[name]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ReferenceCentral, Path]]:
    directory = tmp_path_factory.mktemp("central")
    with ReferenceCentral(settings(directory, MovableClock())) as central:
        yield central, directory


@pytest.mark.slow
def test_every_call_of_the_contract_can_be_made_by_the_generated_client(
    generated: Path, authority: tuple[ReferenceCentral, Path]
) -> None:
    central, directory = authority
    tls = ssl.create_default_context(cafile=str(directory / "ca.pem"))
    tls.load_cert_chain(directory / "kiosk.pem", directory / "kiosk.key")
    client_class = importlib.import_module(f"{PACKAGE}.client").Client
    with client_class(base_url=central.url, verify_ssl=tls, httpx_args={"trust_env": False}) as client:
        made = {
            (path, method): called(operation, EXAMPLE_OF[path, method], path, client)
            for path, operations in PATHS.items()
            for method, operation in operations.items()
        }
    # Nobody of the examples is in this central's record, so an endorsement is refused, and no session can be begun.
    assert set(made) == set(EXAMPLE_OF)
    assert {path: status for (path, _), status in made.items() if status != 200} == {
        "/v1/endorsements/{endorsement_id}/chip-session": 409,
        "/v1/endorsements/{endorsement_id}/chip-session/{session_id}/responses": 404,
        "/v1/applications/{application_id}/collection": 404,
    }


def called(operation: dict[str, Any], example: dict[str, Any], path: str, client: object) -> int:
    """The status of one call whose body and answer went through the generated models."""
    module = module_of(operation)
    values: dict[str, object] = {"client": client}
    ids = zip(path.split("/"), example["path"].split("/"), strict=True)
    values |= {name.strip("{}"): UUID(value) for name, value in ids if name.startswith("{")}
    names = {IDEMPOTENCY_HEADER: "idempotency_key", CALL_HEADER: "x_kiosk_call", SEQUENCE_HEADER: "x_kiosk_sequence"}
    for header, value in example["headers"].items():
        values[names[header]] = int(value) if header == SEQUENCE_HEADER else value
    if example["request"] is not None:
        name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[-1]
        values["body"] = getattr(importlib.import_module(f"{PACKAGE}.models"), name).from_dict(example["request"])
    heard = module.sync_detailed(**values)
    assert heard.parsed is not None, path
    told_again = json.dumps(heard.parsed.to_dict()).replace("+00:00", "Z")  # its own way to write the same moment
    assert json.loads(told_again) == json.loads(heard.content)
    return int(heard.status_code)


def module_of(operation: dict[str, Any]) -> ModuleType:
    return importlib.import_module(f"{PACKAGE}.api.default.{operation['operationId']}")
