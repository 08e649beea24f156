"""PURE: the id of a step, which follows from its run and its node, so that nobody has to look it up."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from uuid import UUID

_VARIANT_MASK = 0x3F
_VARIANT = 0x80


def step_id(execution_id: UUID, node_id: str, scope: Sequence[int] = ()) -> UUID:
    """The id of the step of `node_id` in a run; `scope` tells the passes of loops apart.

    It is a UUIDv7 with the run's time, so that the steps of a run lie together in an index; its random part is a
    digest of run, node and scope.
    """
    told = "\x1f".join([node_id, *(str(number) for number in scope)])
    digest = bytearray(hashlib.blake2b(told.encode(), key=execution_id.bytes, digest_size=8).digest())
    digest[0] = (digest[0] & _VARIANT_MASK) | _VARIANT
    return UUID(bytes=execution_id.bytes[:8] + bytes(digest))
