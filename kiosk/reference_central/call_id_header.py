"""Adds the call's name to every answer, so that a repeated or late answer is not taken for another call's."""

from __future__ import annotations

import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kiosk.central.contract import CALL_HEADER

_NAME = re.compile(rb"[0-9A-Za-z-]{1,64}")
_HEADER = CALL_HEADER.lower().encode("ascii")


class NamedAnswers:
    """ASGI middleware that repeats the request's `X-Kiosk-Call` in every answer."""

    def __init__(self, application: ASGIApp) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        names = [value for header, value in scope.get("headers", ()) if header == _HEADER]
        if len(names) != 1 or not _NAME.fullmatch(names[0]):
            await self._application(scope, receive, send)
            return

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), (_HEADER, names[0])]}
            await send(message)

        await self._application(scope, receive, send_named)
