"""The socket `/ws/executions/{id}`: a snapshot of a run, then its journal line by line (`docs/live-progress.md`)."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, ParamSpec
from urllib.parse import parse_qs

import structlog
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

from accounts.errors import DomainError, InvalidToken
from accounts.languages import language_for
from executions.consumers.admission import Admission, admit, seats
from executions.consumers.database import patiently
from executions.consumers.following import Follower
from executions.consumers.messages import (
    MAX_MESSAGE,
    MESSAGES_PER_MINUTE,
    SUBPROTOCOL,
    Auth,
    Pace,
    error_frame,
    read_auth,
    since_of,
)
from executions.errors import BadMessage, ExecutionNotFound, TooManyMessages

log = structlog.get_logger(__name__)

P = ParamSpec("P")
Work = Callable[P, Coroutine[Any, Any, None]]

POLICY_VIOLATION = 1008
MESSAGE_TOO_BIG = 1009
OUR_FAULT = 1011
NOT_AUTHENTICATED = 4401
NOT_FOUND = 4404

CLOSE_CODES: dict[type[DomainError], int] = {InvalidToken: NOT_AUTHENTICATED, ExecutionNotFound: NOT_FOUND}


class ExecutionProgress(AsyncWebsocketConsumer):
    """One watcher of one run. What was sent last is `seq`; everything after it is read from the journal."""

    def __init__(self) -> None:
        super().__init__()
        self._token = ""
        self._accepted = ""
        self._admission: Admission | None = None
        self._check_at = 0.0
        self._tasks: set[asyncio.Task[None]] = set()
        self._door = asyncio.Lock()
        self._pace = Pace()

    # --- the client's side ---------------------------------------------------------------------------------------
    async def connect(self) -> None:
        """Take the token from the subprotocols, or wait for the first message to bring it."""
        self._accepted = dict(self.scope["headers"]).get(b"accept-language", b"").decode("latin-1")
        offered = list(self.scope["subprotocols"])
        if SUBPROTOCOL not in offered:
            await self.accept()
            self._spawn(self._refuse_the_silent)
            return
        await self.accept(subprotocol=SUBPROTOCOL)
        offered.remove(SUBPROTOCOL)
        query = parse_qs(self.scope["query_string"].decode("latin-1"))
        try:
            since = since_of(query["since"][0]) if "since" in query else None
        except BadMessage as error:
            await self._refuse(error)
            return
        self._spawn(self._let_in, Auth(offered[0] if offered else "", since))

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """The only message is `auth`: first to come in, later to stay with a fresh token."""
        data = text_data if text_data is not None else bytes_data or b""
        if len(data) > MAX_MESSAGE:
            await self.close(MESSAGE_TOO_BIG)
            return
        if not self._pace.allows_one_more():
            await self._refuse(TooManyMessages(limit=MESSAGES_PER_MINUTE))
            return
        try:
            auth = read_auth(data)
        except BadMessage as error:
            if self._admission is None:
                await self._refuse(InvalidToken())
            else:
                await self.send(error_frame(error, self._language))
        else:
            self._spawn(self._let_in, auth)

    async def disconnect(self, code: int) -> None:
        for task in set(self._tasks):
            task.cancel()
        if self._admission is not None:
            seats.leave(self._admission.user_id)
            self._admission = None

    async def _guarded(self, work: Work[P], *args: P.args, **options: P.kwargs) -> None:
        """Do what must not keep the socket from hearing that its client has left; whatever goes wrong closes it."""
        try:
            await work(*args, **options)
        except DomainError as error:
            await self._refuse(error)
        except OSError:
            return  # the client is gone
        except Exception:
            log.exception("socket_failed")
            with suppress(OSError, RuntimeError):
                await self.close(OUR_FAULT)

    async def _let_in(self, auth: Auth) -> None:
        async with self._door:
            known = self._admission
            admission = await patiently(admit, auth.token, self._execution_id(), self._accepted)
            if known is None:
                seats.take(admission.user_id)
            elif known.user_id != admission.user_id:
                raise InvalidToken
            self._remember(auth.token, admission)
        if known is None:
            self._spawn(self._stream, auth.since)

    def _remember(self, token: str, admission: Admission) -> None:
        self._token, self._admission = token, admission
        pause = min(settings.SOCKET_RECHECK_SECONDS, max(0.0, admission.seconds_left))
        self._check_at = asyncio.get_running_loop().time() + pause

    async def _refuse_the_silent(self) -> None:
        await asyncio.sleep(settings.SOCKET_AUTH_SECONDS)
        if self._admission is None:
            raise InvalidToken

    async def _refuse(self, error: DomainError) -> None:
        """Say why and close; the client may be gone already."""
        for task in set(self._tasks):
            if task is not asyncio.current_task():
                task.cancel()
        with suppress(OSError, RuntimeError):
            await self.send(error_frame(error, self._language))
            await self.close(CLOSE_CODES.get(type(error), POLICY_VIOLATION))

    @property
    def _language(self) -> str:
        return self._admission.language if self._admission else language_for("", accepted=self._accepted)

    def _execution_id(self) -> uuid.UUID:
        try:
            return uuid.UUID(self.scope["url_route"]["kwargs"]["execution_id"])
        except ValueError:
            raise ExecutionNotFound from None

    def _spawn(self, work: Work[P], *args: P.args, **options: P.kwargs) -> None:
        task = asyncio.create_task(self._guarded(work, *args, **options))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # --- our side ------------------------------------------------------------------------------------------------
    async def _stream(self, since: int | None) -> None:
        follower = Follower(
            self._execution_id(), tell=self.send, check=self._check_again, language=lambda: self._language
        )
        await follower.follow(since)

    async def _check_again(self) -> float:
        """Rights may have changed and the token may have ended. Raises `InvalidToken`, `ExecutionNotFound`."""
        if asyncio.get_running_loop().time() >= self._check_at:
            async with self._door:
                execution_id = self._execution_id()
                self._remember(self._token, await patiently(admit, self._token, execution_id, self._accepted))
        return self._check_at
