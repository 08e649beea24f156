"""Contacts from a table: one row each, known ones are completed and never doubled."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import transaction

from accounts.errors import DomainError
from tickets.contacts.keeping import Addresses, find_or_create
from tickets.contacts.marking import add_tag, fields_of, set_field
from tickets.errors import ImportInvalid

COLUMNS: Final = ("name", "email", "phone", "telegramId", "language", "tags")
IDENTITIES: Final = frozenset({"email", "phone", "telegramId"})
MAX_ROWS: Final = 5_000
MAX_FAULTS: Final = 100


@dataclass
class Imported:
    """What came of the rows; `faults` are `{row, code, message}`, with rows counted from 2, below the header."""

    created: int = 0
    known: int = 0
    faults: list[dict[str, Any]] = field(default_factory=list)


def import_table(*, project_id: int, text: str, delimiter: str = ",") -> Imported:
    """Take in a CSV table whose header names columns (`COLUMNS`, or keys of custom fields).

    `tags` are separated by semicolons. A row that is wrong is reported and changes nothing; the others are taken in.
    Raises `ImportInvalid`.
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=delimiter)
    try:
        header = [name.strip() for name in reader.fieldnames or ()]
        reader.fieldnames = header
        rows = [row for row, _count in zip(reader, range(MAX_ROWS + 1), strict=False)]
    except csv.Error as error:
        raise ImportInvalid(reason=str(error)) from error
    custom = {known.key for known in fields_of([project_id])}
    unknown = [name for name in header if name not in COLUMNS and name not in custom]
    if unknown or not IDENTITIES & set(header) or len(rows) > MAX_ROWS:
        raise ImportInvalid(columns=unknown[:20], rows=len(rows), limit=MAX_ROWS)
    came = Imported()
    for number, row in enumerate(rows, start=2):
        try:
            fresh = _take(project_id, row, custom)
        except DomainError as error:
            if len(came.faults) < MAX_FAULTS:
                came.faults.append({"row": number, "code": error.code, "message": str(error.message)})
            continue
        came.created += fresh
        came.known += not fresh
    return came


@transaction.atomic
def _take(project_id: int, row: Mapping[str | Any, Any], custom: set[str]) -> bool:
    said = {name: value.strip() for name, value in row.items() if isinstance(name, str) and isinstance(value, str)}
    addresses = Addresses.read(email=said.get("email"), phone=said.get("phone"), telegram_id=said.get("telegramId"))
    contact, fresh = find_or_create(
        project_id=project_id, addresses=addresses, name=said.get("name", ""), language=said.get("language", "")
    )
    for key in sorted(custom & said.keys()):
        if said[key]:
            set_field(contact=contact, key=key, value=said[key])
    for tag in said.get("tags", "").split(";"):
        if tag.strip():
            add_tag(contact=contact, tag=tag)
    return fresh
