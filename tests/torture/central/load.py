"""Many kiosks at once: connections that stay open, each with one request after the other. Costs the servers little."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from kiosk.reference_central.authority import CA_FILE
from tests.waiting import LIMIT_S

ANSWER_S = LIMIT_S


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it: requests answered in a second, and every answer that was not as it should be."""

    per_second: float
    wrong: tuple[str, ...]


def request_bytes(path: str, body: bytes, key: str, sequence: int) -> bytes:
    """One POST as it goes over the line."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nIdempotency-Key: {key}\r\nX-Kiosk-Sequence: {sequence}\r\n\r\n"
    )
    return head.encode() + body


def lay_on(
    urls: Sequence[str], tls_dir: Path, names: Sequence[str], requests: Sequence[bytes], expected: bytes
) -> Load:
    """Send all `requests`: one connection for each of `names` (kiosks with certificates in `tls_dir`), over all `urls`.

    An answer is right with status 200 and `expected` in it. The time of connecting is not counted.
    """
    return asyncio.run(_lay_on(urls, tls_dir, names, requests, expected))


async def _lay_on(
    urls: Sequence[str], tls_dir: Path, names: Sequence[str], requests: Sequence[bytes], expected: bytes
) -> Load:
    links = [await _connect(urls[at % len(urls)], tls_dir, name) for at, name in enumerate(names)]
    waiting, wrong = list(requests), []

    async def send_one_after_the_other(link: tuple[asyncio.StreamReader, asyncio.StreamWriter]) -> None:
        while waiting:
            answer = await asyncio.wait_for(_exchange(*link, waiting.pop()), ANSWER_S)
            if not answer.startswith(b"HTTP/1.1 200 ") or expected not in answer:
                wrong.append(answer.decode(errors="replace"))

    began = time.perf_counter()
    await asyncio.gather(*(send_one_after_the_other(link) for link in links))
    took_s = time.perf_counter() - began
    for _, writer in links:
        writer.close()
        await writer.wait_closed()
    return Load(len(requests) / took_s, tuple(wrong))


async def _connect(url: str, tls_dir: Path, name: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    context = ssl.create_default_context(cafile=str(tls_dir / CA_FILE))
    context.load_cert_chain(tls_dir / f"{name}.pem", tls_dir / f"{name}.key")
    parts = urlsplit(url)
    return await asyncio.open_connection(parts.hostname, parts.port, ssl=context)


async def _exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> bytes:
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return head + await reader.readexactly(int(lengths[0].split(b":")[1]))
