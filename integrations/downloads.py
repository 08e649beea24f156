"""Sending a whole dataset piece by piece, whichever kind of server runs Django."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Iterator

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.db import close_old_connections
from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.text import get_valid_filename
from rest_framework.request import Request

from integrations.datasets import FORMATS, refuse_too_many
from integrations.models import Dataset, DatasetRow


def stream(
    request: Request | HttpRequest, dataset: Dataset, rows: QuerySet[DatasetRow], format: str
) -> StreamingHttpResponse:
    """The rows as a file in one of `FORMATS`; memory stays the same however many there are.

    Raises `DatasetQueryInvalid` before anything is sent.
    """
    refuse_too_many(rows, format)
    make, content_type = FORMATS[format]
    pieces = make(dataset, rows)
    underlying = request._request if isinstance(request, Request) else request
    # Django collects a synchronous iterator in memory under ASGI, and an asynchronous one under WSGI.
    content = _in_turns(pieces) if isinstance(underlying, ASGIRequest) else pieces
    response = StreamingHttpResponse(content, content_type=content_type)
    file_name = get_valid_filename(f"{dataset.name}.{format}")
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name.encode("ascii", "replace").decode()}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


async def _in_turns(pieces: Generator[bytes]) -> AsyncIterator[bytes]:
    """Each piece is made in the request's own thread, where its database connection is.

    Between them it has none: whoever takes nothing would keep one from everybody else.
    """
    try:
        while piece := await sync_to_async(_next)(pieces):
            yield piece
    finally:
        await sync_to_async(pieces.close)()


def _next(pieces: Iterator[bytes]) -> bytes:
    """The next piece, or nothing: a coroutine cannot raise `StopIteration`."""
    try:
        return next(pieces, b"")
    finally:
        close_old_connections()
