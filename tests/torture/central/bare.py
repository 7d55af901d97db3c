"""What central's speed is measured beside: a bare FastAPI endpoint that takes the same request and inserts one row.

`python -m tests.torture.central.bare TLS_DIR DATABASE_URL` serves until SIGTERM and prints its address like `central
serve`. The same server, TLS, model of the request, database and settings of the connection; no rule, no key, no grant.
"""

from __future__ import annotations

import json
import ssl
import sys
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy import Column, MetaData, String, Table, Text, insert

from kiosk.central.contract import EndorsementRequest
from kiosk.reference_central.authority import CA_FILE, CENTRAL_CERTIFICATE, CENTRAL_KEY
from kiosk.reference_central.database import Database
from kiosk.reference_central.listening import MutualTlsProtocol

ROWS = Table("bare_rows", MetaData(), Column("id", String(36), primary_key=True), Column("body", Text))


class Inserted(BaseModel):
    """The whole answer."""

    id: str


def application(database: Database) -> FastAPI:
    """As the tutorial of FastAPI writes it: a plain function, one transaction; in turns, as central's own."""
    bare = FastAPI()
    statement = insert(ROWS)

    @bare.post("/v1/endorsements")
    def insert_one(body: EndorsementRequest) -> Inserted:
        row = {"id": str(body.endorsement_id), "body": body.model_dump_json()}
        with database.taking_turns(), database.engine.begin() as connection:
            connection.execute(statement, row)
        return Inserted(id=row["id"])

    return bare


class _Server(uvicorn.Server):
    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        port = self.servers[0].sockets[0].getsockname()[1]
        print(json.dumps({"url": f"https://127.0.0.1:{port}"}), flush=True)


def serve(tls_dir: Path, url: str) -> None:
    """Until SIGTERM."""
    database = Database(url)
    with database.engine.begin() as connection:
        ROWS.create(connection, checkfirst=True)
    database.connect()
    _Server(
        uvicorn.Config(
            application(database),
            host="127.0.0.1",
            port=0,
            http=MutualTlsProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=75,
            ssl_certfile=tls_dir / CENTRAL_CERTIFICATE,
            ssl_keyfile=tls_dir / CENTRAL_KEY,
            ssl_ca_certs=str(tls_dir / CA_FILE),
            ssl_cert_reqs=ssl.CERT_REQUIRED,
        )
    ).run()
    database.close()


if __name__ == "__main__":
    serve(Path(sys.argv[1]), sys.argv[2])
