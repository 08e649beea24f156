"""The same live progress for clients that speak Socket.IO (`docs/live-progress.md`); websockets only, no polling.

The library is loaded by the first client: an installation without such clients does not keep it in memory.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable
from contextlib import suppress
from functools import cache
from importlib import import_module
from typing import Any, Final

import structlog
from django.conf import settings
from django.utils import translation

from accounts import tokens
from accounts.errors import DomainError, InvalidToken
from accounts.languages import language_for
from executions.consumers.admission import Admission, admit, seats, visitors
from executions.consumers.database import patiently
from executions.consumers.following import Follower
from executions.consumers.messages import MAX_MESSAGE, MESSAGES_PER_MINUTE, SPOKEN, since_of
from executions.errors import BadMessage, ExecutionNotFound, TooManyMessages
from integrations import safe_json

log = structlog.get_logger(__name__)

NOT_AUTHENTICATED: Final = 4401
POLICY_VIOLATION: Final = 1008
CLOSE, PONG, MESSAGE = "1", "3", "4"
"""How the packets of engine.io begin that clients have here; to others the library would find an answer each."""


class _Exact:
    """How packets are written and read: as everywhere here, so that numbers keep all their digits."""

    @staticmethod
    def dumps(value: Any, *_arguments: Any, **_options: Any) -> str:
        return safe_json.dumps(value)

    @staticmethod
    def loads(text: str, *_arguments: Any, **_options: Any) -> Any:
        try:
            return safe_json.loads(text, max_depth=6, max_elements=100)
        except safe_json.UnsafeJSON as error:
            raise ValueError(error.reason) from None


class Guest:
    """One connection: its token, and the runs that it watches."""

    def __init__(self, server: Any, sid: str, token: str, accepted: str) -> None:
        self.token = token
        self._server = server
        self._sid = sid
        self._accepted = accepted
        self._user_id: int | None = None
        self._gone = False
        self._watches: dict[uuid.UUID, asyncio.Task[None]] = {}
        self.language = language_for("", accepted=accepted)

    async def come_in(self) -> None:
        """Raises `InvalidToken`, `TooManySockets`. Whoever has come in has to `leave`."""
        user = await patiently(tokens.authenticate_token, self.token)
        self.language = language_for(user.language, accepted=self._accepted)
        if not self._gone:
            visitors.take(user.pk)
            self._user_id = user.pk

    async def stay(self, token: str) -> None:
        """Go on with a fresh token of the same person; raises `InvalidToken`."""
        user = await patiently(tokens.authenticate_token, token)
        if user.pk != self._user_id:
            raise InvalidToken
        self.token = token

    async def watch(self, execution_id: uuid.UUID, since: int | None) -> None:
        """Begin to tell of a run, from the beginning if it is told of already. Raises as `admit` and `Seats.take`."""
        admission = await patiently(admit, self.token, execution_id, self._accepted)
        while (former := self.forget(execution_id)) is not None:
            await asyncio.wait({former})  # it gives its seat back
        if self._gone:
            return
        seats.take(admission.user_id)
        task = asyncio.create_task(self._told(execution_id, since, admission))
        task.add_done_callback(lambda _task: seats.leave(admission.user_id))
        self._watches[execution_id] = task
        await self._server.enter_room(self._sid, room_of(execution_id))

    def forget(self, execution_id: uuid.UUID) -> asyncio.Task[None] | None:
        """Tell no more of a run; returns what has told of it, which ends in a moment."""
        task = self._watches.pop(execution_id, None)
        if task is not None:
            task.cancel()
        return task

    def leave(self) -> None:
        """Give everything back; nothing is taken any more."""
        self._gone = True
        for execution_id in list(self._watches):
            self.forget(execution_id)
        if self._user_id is not None:
            visitors.leave(self._user_id)
            self._user_id = None

    async def refuse(self, error: DomainError) -> None:
        """Say why, and close."""
        with suppress(OSError, KeyError):
            await self._server.emit("error", told(error, self.language), to=self._sid)
            await self._server.disconnect(self._sid)

    async def _told(self, execution_id: uuid.UUID, since: int | None, admission: Admission) -> None:
        check_at = _next_check(admission)

        async def tell(frame: str) -> None:
            content = safe_json.loads(frame)
            name = content.pop("type")
            await self._server.room(self._sid)
            await self._server.emit(name, {"execution": str(execution_id), **content}, to=self._sid)

        async def check() -> float:
            nonlocal check_at
            if asyncio.get_running_loop().time() >= check_at:
                check_at = _next_check(await patiently(admit, self.token, execution_id, self._accepted))
            return check_at

        follower = Follower(execution_id, tell=tell, check=check, language=lambda: self.language)
        try:
            await follower.follow(since)
        except DomainError as error:
            await self.refuse(error)
        except OSError:
            return  # the client is gone
        except Exception:
            log.exception("socket_failed")
            with suppress(OSError, KeyError):
                await self._server.disconnect(self._sid)


def room_of(execution_id: uuid.UUID) -> str:
    """The room of everybody who watches a run."""
    return f"execution:{execution_id}"


def told(error: DomainError, language: str) -> dict[str, Any]:
    """`{code, message, details}` in the client's language."""
    with translation.override(language):
        return {"code": error.code, "message": str(error.message), "details": error.details}


def _next_check(admission: Admission) -> float:
    pause = min(settings.SOCKET_RECHECK_SECONDS, max(0.0, admission.seconds_left))
    return asyncio.get_running_loop().time() + pause


class Reception:
    """What clients may say: connect with a token, `subscribe`, `unsubscribe`, `auth`. Every answer is an ack."""

    def __init__(self, server: Any, refusal: type[Exception]) -> None:
        self._server = server
        self._refusal = refusal
        self._guests: dict[str, Guest] = {}
        server.says_too_much = self.on_too_much
        for name in ("connect", "disconnect", *SPOKEN):
            server.on(name, getattr(self, f"on_{name}"))

    async def on_connect(self, sid: str, environ: dict[str, Any], auth: Any = None) -> None:
        """`auth` is `{token}`, or `{token, execution, since?}` to watch a run at once."""
        said = auth if isinstance(auth, dict) else {}
        guest = Guest(self._server, sid, str(said.get("token") or ""), environ.get("HTTP_ACCEPT_LANGUAGE", ""))
        self._guests[sid] = guest  # it may go while it is still coming in
        try:
            await guest.come_in()
            if "execution" in said:
                await guest.watch(*_wish(said))
        except DomainError as error:
            await self.on_disconnect(sid)
            raise self._refusal(told(error, guest.language)) from None
        except BaseException:
            await self.on_disconnect(sid)
            raise

    async def on_disconnect(self, sid: str, *_reason: Any) -> None:
        guest = self._guests.pop(sid, None)
        if guest is not None:
            guest.leave()

    async def on_too_much(self, sid: str | None) -> None:
        guest = self._guests.get(sid or "")
        if guest is not None:
            await guest.refuse(TooManyMessages(limit=MESSAGES_PER_MINUTE))

    async def on_subscribe(self, sid: str, data: Any = None) -> dict[str, Any]:
        guest = self._guests[sid]
        return await self._answered(guest, lambda: guest.watch(*_wish(data)))

    async def on_unsubscribe(self, sid: str, data: Any = None) -> dict[str, Any]:
        guest = self._guests[sid]

        async def leave() -> None:
            execution_id, _since = _wish(data)
            guest.forget(execution_id)
            await self._server.leave_room(sid, room_of(execution_id))

        return await self._answered(guest, leave)

    async def on_auth(self, sid: str, data: Any = None) -> dict[str, Any]:
        guest = self._guests[sid]
        token = data.get("token") if isinstance(data, dict) else None
        return await self._answered(guest, lambda: guest.stay(str(token or "")))

    async def _answered(self, guest: Guest, act: Any) -> dict[str, Any]:
        """`{ok: true}`, or `{ok: false, error}`."""
        try:
            wish: Awaitable[None] = act()
            await wish
        except DomainError as error:
            return {"ok": False, "error": told(error, guest.language)}
        return {"ok": True}


def _wish(data: Any) -> tuple[uuid.UUID, int | None]:
    """`{execution, since?}`; raises `BadMessage`, `ExecutionNotFound`."""
    if not isinstance(data, dict) or not isinstance(data.get("execution"), str):
        raise BadMessage(expected={"execution": "…"})
    since = data.get("since")
    try:
        execution_id = uuid.UUID(data["execution"])
    except ValueError:
        raise ExecutionNotFound from None
    return execution_id, None if since is None else since_of(since)


@cache
def _application() -> Any:
    lines: Any = import_module("executions.consumers.lines")
    server = lines.Server(
        async_mode="asgi",
        transports=["websocket"],
        cors_allowed_origins=[],  # `OriginCheck` stands in front
        allow_upgrades=False,
        max_http_buffer_size=MAX_MESSAGE,
        json=_Exact,
        logger=False,
        engineio_logger=False,
    )
    Reception(server, lines.Refused)
    return lines.Door(server)


async def socket_io(scope: Any, receive: Any, send: Any) -> None:
    """The ASGI application; stands at `/socket.io/`. Who says nothing within `SOCKET_AUTH_SECONDS` is sent away.

    So is who says what is no packet of clients.
    """
    heard = False
    end = asyncio.get_running_loop().time() + settings.SOCKET_AUTH_SECONDS

    async def promptly() -> Any:
        nonlocal heard
        if heard:
            message = await receive()
        else:
            try:
                message = await asyncio.wait_for(receive(), end - asyncio.get_running_loop().time())
            except TimeoutError:
                return {"type": "websocket.disconnect", "code": NOT_AUTHENTICATED}
        if message["type"] == "websocket.receive":
            text = str(message.get("text") or "")
            heard = heard or text.startswith(MESSAGE)
            if not text.startswith((CLOSE, PONG, MESSAGE)):
                return {"type": "websocket.disconnect", "code": POLICY_VIOLATION}
        return message

    await _application()(scope, promptly, send)
