"""Google Sheets over its REST API v4, with a service account; every call goes through the door."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, Self
from urllib.parse import quote
from uuid import UUID

from django.conf import settings

from integrations.errors import InvalidAnswer, RateLimited
from integrations.http import Answer, Door
from integrations.scope import CallScope
from integrations.sheets.errors import RangeRefused, SheetNotFound, SheetsAccessMissing

Cell = str | int | float | bool | None
ReadAs = Literal["FORMATTED_VALUE", "UNFORMATTED_VALUE"]
WriteAs = Literal["RAW", "USER_ENTERED"]

ADDRESS: Final = re.compile(r"/spreadsheets/d/([A-Za-z0-9_-]+)")
MAX_BYTES: Final = 50_000_000
REST_SECONDS: Final = 30.0
"""After 429, which comes without a term: quotas are per minute."""
EXCERPT: Final = 300
REFUSALS: Final = {400: RangeRefused, 401: SheetsAccessMissing, 403: SheetsAccessMissing, 404: SheetNotFound}


def table_id(named: str) -> str:
    """The id of a table that is named by its id or by its address in the browser."""
    found = ADDRESS.search(named)
    return found[1] if found else named.strip()


class SheetsClient:
    """One table at a time. Raises the errors of `integrations.sheets.errors` and those of the door."""

    def __init__(self, scope: CallScope) -> None:
        self._door = Door(scope)

    @classmethod
    def connect(cls, scope: CallScope) -> Self:
        return cls(scope)

    def read(self, table: str, where: str, *, credential: UUID, read_as: ReadAs) -> list[list[Any]]:
        """The rows of a range (`Sheet1`, `Sheet1!A1:D`); Google leaves empty cells at their end out."""
        # Dates as they are shown: else Google gives the days since 1899.
        query = {"valueRenderOption": read_as, "dateTimeRenderOption": "FORMATTED_STRING", "majorDimension": "ROWS"}
        answer = self._ask("GET", f"{_values(table)}/{quote(where, safe='')}", credential=credential, params=query)
        rows = answer.get("values", [])
        if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
            raise InvalidAnswer(reason="no_rows")
        return rows

    def append(
        self, table: str, where: str, rows: Sequence[Sequence[Cell]], *, credential: UUID, write_as: WriteAs
    ) -> str:
        """Add rows behind the last one of the table at `where`; gives the range that they fill."""
        query = {"valueInputOption": write_as, "insertDataOption": "INSERT_ROWS"}
        answer = self._ask(
            "POST",
            f"{_values(table)}/{quote(where, safe='')}:append",
            credential=credential,
            params=query,
            json={"majorDimension": "ROWS", "values": rows},
        )
        updates = answer.get("updates")
        return str(updates.get("updatedRange", "")) if isinstance(updates, Mapping) else ""

    def write(self, table: str, cells: Mapping[str, Sequence[Cell]], *, credential: UUID, write_as: WriteAs) -> None:
        """Fill ranges of one row each; a null leaves its cell as it is."""
        data = [{"range": where, "majorDimension": "ROWS", "values": [row]} for where, row in cells.items()]
        body = {"valueInputOption": write_as, "data": data}
        self._ask("POST", f"{_values(table)}:batchUpdate", credential=credential, json=body)

    def _ask(self, method: str, path: str, *, credential: UUID, **parts: Any) -> Mapping[str, Any]:
        url = f"{settings.SHEETS_API_BASE_URL.rstrip('/')}{path}"
        answer = self._door.request(
            method, url, credential=credential, max_bytes=MAX_BYTES, bucket=f"sheets:{credential}", **parts
        )
        _refuse(answer)
        body = answer.json()
        if not isinstance(body, Mapping):
            raise InvalidAnswer(reason="no_object")
        return body


def _values(table: str) -> str:
    return f"/v4/spreadsheets/{quote(table, safe='')}/values"


def _refuse(answer: Answer) -> None:
    refusal = REFUSALS.get(answer.status)
    if refusal is not None:
        raise refusal(status=answer.status, answer=_words(answer))
    try:
        answer.raise_for_status()
    except RateLimited as error:
        error.retry_after = error.retry_after or REST_SECONDS
        raise


def _words(answer: Answer) -> str:
    """What Google says, which holds nothing of the credential."""
    try:
        body = answer.json()
    except InvalidAnswer:
        return ""
    error = body.get("error") if isinstance(body, Mapping) else None
    return str(error.get("message", ""))[:EXCERPT] if isinstance(error, Mapping) else ""
