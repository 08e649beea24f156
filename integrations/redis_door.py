"""A few plain commands on somebody's Redis or Valkey, at the checked address of a credential."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any, Final, Self
from uuid import UUID

import redis
from redis.connection import Connection, SSLConnection

from integrations import circuits
from integrations.credential_kinds import REDIS
from integrations.dialling import CONNECT_SECONDS, Endpoint, endpoint
from integrations.errors import CredentialInvalid, Refused, ServerFault, TimedOut, TooLarge, Unreachable
from integrations.scope import CallScope, RunningCall
from integrations.secret import Secret

MAX_ITEMS: Final = 10_000
MAX_FOUND: Final = 1000
"""Keys that `find` reads."""
MAX_BYTES: Final = 10_000_000
MAX_READ: Final = 2 * MAX_BYTES
"""Of everything that a server says over one connection: what belongs to its protocol counts, too."""

COMMANDS: Final[Mapping[str, tuple[int, int | None]]] = {
    "get": (0, 0),
    "read": (0, 0),
    "find": (0, 0),
    "set": (1, 1),
    "del": (0, 0),
    "exists": (0, 0),
    "incr": (0, 0),
    "incrby": (1, 1),
    "decr": (0, 0),
    "expire": (1, 1),
    "ttl": (0, 0),
    "lpush": (1, None),
    "rpush": (1, None),
    "lpop": (0, 0),
    "rpop": (0, 0),
    "lrange": (2, 2),
    "llen": (0, 0),
    "hget": (1, 1),
    "hset": (2, None),
    "hdel": (1, None),
    "hgetall": (0, 0),
    "sadd": (1, None),
    "srem": (1, None),
    "smembers": (0, 0),
    "publish": (1, 1),
}
"""What may be asked, with the fewest and the most arguments behind the key. `read` gives whatever a key holds, `find`
what the keys of a pattern hold; all others are commands of Redis."""
EXPIRING: Final = frozenset({"set", "lpush", "rpush", "sadd", "hset", "incr", "incrby", "decr"})
"""Commands after which the key may be given a term."""
READING: Final = frozenset({"get", "read", "find", "exists", "ttl", "lrange", "llen", "hget", "hgetall", "smembers"})
"""Commands that change nothing."""
TWICE_AS_ONCE: Final = READING | {"set", "del", "expire", "hset", "hdel", "sadd", "srem"}
"""Commands after which the server holds the same, whether they were sent once or twice."""
_READERS: Final[Mapping[str, tuple[Any, ...]]] = {
    "string": ("GET", None),
    "hash": ("HGETALL", None),
    "list": ("LRANGE", None, 0, -1),
    "set": ("SMEMBERS", None),
}


class RedisDoor:
    """Asks the server of a credential, within the scope of a step."""

    def __init__(self, scope: CallScope) -> None:
        self._scope = scope

    @classmethod
    def connect(cls, scope: CallScope) -> Self:
        """What `context.connect(RedisDoor)` calls."""
        return cls(scope)

    def ping(self, credential: Secret | UUID | str) -> None:
        """Log in and hear whether somebody is there. Raises as `run` does."""
        self._within(credential, 10.0, lambda client: client.ping())

    def run(
        self,
        credential: Secret | UUID | str,
        command: str,
        key: str,
        arguments: Sequence[Any] = (),
        *,
        expire_seconds: int | None = None,
        timeout: float = 10.0,
    ) -> Any:
        """The answer of one of `COMMANDS` as JSON. Objects and lists are written as JSON text; text stays text.

        `expire_seconds` is for `EXPIRING`. Raises `OutboundError`, `CredentialError`, `ValueError` for another command.
        """
        fewest, most = COMMANDS[command]
        if len(arguments) < fewest or (most is not None and len(arguments) > most):
            raise ValueError(command)

        def act(client: redis.Redis) -> Any:
            if command == "read":
                return _held(client, key)
            if command == "find":
                return {found: _held(client, found) for found in islice(client.scan_iter(key, 1000), MAX_FOUND)}
            answer = client.execute_command(command.upper(), key, *map(_written, arguments))
            if expire_seconds is not None:
                client.expire(key, expire_seconds)
            return answer

        return _as_json(self._within(credential, timeout, act))

    def _within(self, credential: Secret | UUID | str, timeout: float, act: Callable[[redis.Redis], Any]) -> Any:
        secret = self._scope.secret(credential)
        if secret.kind != REDIS:
            raise CredentialInvalid(field="kind", credential=secret.id)
        place = endpoint(secret)
        server = circuits.calling(self._scope, place.host, place.port, credential=secret.id)
        with server, RunningCall(self._scope, timeout) as call:
            return _asked(call, place, act)


def _asked(call: RunningCall, place: Endpoint, act: Callable[[redis.Redis], Any]) -> Any:
    pool = redis.ConnectionPool(
        connection_class=_PinnedTLS if place.scheme == "rediss" else _Pinned,
        host=place.host,
        port=place.port,
        pinned=(place.address, call),
        username=place.login or None,
        password=place.password or None,
        db=int(place.path) if place.path.isdigit() else 0,
        socket_timeout=call.remaining(),
        retry=None,
        decode_responses=True,
        encoding_errors="replace",
    )
    try:
        return act(redis.Redis(connection_pool=pool))
    except (redis.TimeoutError, TimeoutError):
        call.check()
        raise TimedOut(host=place.host) from None
    except (redis.AuthenticationError, redis.exceptions.NoPermissionError):
        raise Refused(host=place.host, answer="login") from None
    except redis.BusyLoadingError:
        raise ServerFault(host=place.host) from None
    except redis.ResponseError as error:
        raise Refused(host=place.host, answer=str(error)[:500]) from None
    except (redis.RedisError, OSError):
        call.check()
        raise Unreachable(host=place.host) from None
    finally:
        pool.disconnect()


class _Pinned(Connection):
    """Connects to the checked address; the name is only for TLS."""

    def __init__(self, *, pinned: tuple[str, RunningCall], **options: Any) -> None:
        self._address, self._call = pinned
        super().__init__(**options)

    def _connect(self) -> _Counted:
        return _Counted(self._dialled())

    def _dialled(self) -> socket.socket:
        line = socket.create_connection((self._address, self.port), min(CONNECT_SECONDS, self._call.remaining()))
        line.settimeout(self._call.remaining())
        self._call.hold(line)
        return line


class _PinnedTLS(SSLConnection, _Pinned):
    """The same under TLS, which checks the certificate against the name."""

    def _connect(self) -> _Counted:
        return _Counted(self._wrap_socket_with_ssl(self._dialled()))


class _Counted:
    """A socket of which not more is read than a step may carry: an answer is not first brought here whole."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._left = MAX_READ

    def recv(self, size: int) -> bytes:
        """Raises `TooLarge`."""
        data = self._line.recv(size)
        self._left -= len(data)
        if self._left < 0:
            raise TooLarge(limit=MAX_BYTES)
        return data

    def __getattr__(self, name: str) -> Any:
        return getattr(self._line, name)


def _held(client: redis.Redis, key: str) -> Any:
    """What the key holds, of whichever type; None for a key that is not there."""
    reader = _READERS.get(str(client.type(key)))
    if reader is None:
        return None
    answer = client.execute_command(*(key if word is None else word for word in reader))
    return sorted(answer) if isinstance(answer, set | frozenset) else answer


def _written(value: Any) -> Any:
    if isinstance(value, dict | list | bool) or value is None:
        return json.dumps(value, ensure_ascii=False, default=str)
    return value if isinstance(value, str | int | float) else str(value)


def _as_json(answer: Any) -> Any:
    """Raises `TooLarge` for an answer that no step should carry."""
    if isinstance(answer, set | frozenset):
        answer = sorted(answer)
    size = len(answer) if isinstance(answer, list | dict) else 0
    if size > MAX_ITEMS or len(str(answer)) > MAX_BYTES:
        raise TooLarge(limit=MAX_ITEMS if size > MAX_ITEMS else MAX_BYTES)
    return answer
