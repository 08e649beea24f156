"""Lists, tables and queries: every row that was not there before is told of, once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from executions.models import Listener
from executions.services.probing import gmail
from executions.services.probing.keys import key_of
from executions.services.probing.scopes import scope_of, vault_of
from executions.services.reacting import occur
from integrations.errors import InvalidAnswer
from integrations.feeds import Feeds, as_in_feeds
from integrations.http import Door
from integrations.sheets.client import SheetsClient, table_id
from integrations.sql import SqlDoor
from workflows.items import paths
from workflows.sheet_rows import headings, quoted

NO_CONTENT: Final = 204
KEYS_OF_FORMS: Final = {"feed": "guid", "gmail": "id"}
MOST_ROWS: Final = 1000
MOST_AT_ONCE: Final = 50
"""Runs that one look begins, in one transaction; with `more` the next look follows at once."""
MOST_KNOWN: Final = 20_000
"""Keys that are remembered of what is gone; what is there now is all remembered, however much it is."""

State = dict[str, Any]


def see_list(listener: Listener, state: State) -> list[Any]:
    """The list under its path, or the entries of a feed. Raises `InvalidAnswer` where there is none."""
    config = listener.config
    if config.get("form") == "gmail":
        return gmail.new_letters(listener, state.get("known"), most=MOST_AT_ONCE)
    if config.get("form") == "feed":
        return [as_in_feeds(entry) for entry in Feeds.connect(scope_of(listener)).read(config["url"])]
    vault = vault_of(listener)
    answer = Door(scope_of(listener, vault)).request(
        "GET", config["url"], credential=config.get("credential"), follow_redirects=True
    )
    answer.raise_for_status()
    path = config.get("itemsPath") or ""
    said = vault.redactor().value(answer.json())
    found = paths.read(said, paths.parse(path)) if path else said
    if isinstance(found, list):
        return found
    # `null` in its place is an empty list. Anything else - an error that is sent with 200, say - is no list: rows that
    # were there all the time would be new after it.
    if found is None and (said is not None or answer.status == NO_CONTENT):
        return []
    raise InvalidAnswer(host=answer.host, status=answer.status, reason="no_list", path=path)


def see_sheet(listener: Listener, state: State) -> list[Any]:
    """The rows of a sheet with the names of the first one."""
    config = listener.config
    vault = vault_of(listener)
    client = SheetsClient.connect(scope_of(listener, vault))
    table, where = table_id(config["table"]), quoted(config["sheet"])
    cells = vault.redactor().value(
        client.read(table, where, credential=config["credential"], read_as="UNFORMATTED_VALUE")
    )
    if not cells:
        return []
    width = max(len(row) for row in cells)
    names = headings([*cells[0], *[""] * (width - len(cells[0]))])
    filled = [row for row in cells[1:] if any(cell not in ("", None) for cell in row)]
    return [dict(zip(names, [*row, *[None] * (width - len(row))], strict=True)) for row in filled]


def tell(listener: Listener, state: State, seen: Sequence[Any]) -> State:
    """What was there at the first look is known; after it every row that is not known yet is told, once.

    Rows are known by their key and not by their time, so that none is skipped at equal times.
    """
    rows = _keyed(seen, _key_field(listener))
    known = state.get("known")
    if known is None:
        return {"known": list(rows)}
    already = set(known)
    new = [key for key in rows if key not in already]
    for key in new[:MOST_AT_ONCE]:
        _tell_of_row(listener, key, rows[key])
    left = set(new[MOST_AT_ONCE:])
    gone = [key for key in known if key not in rows]
    there = [key for key in rows if key not in left]
    return {"known": [*gone, *there][-max(MOST_KNOWN, len(there)) :], "more": bool(left)}


def see_query(listener: Listener, state: State) -> list[Any]:
    """The rows of a query; with a `cursorField` those from the last value of it on, else all of them."""
    config = listener.config
    field, text, most = config.get("cursorField") or "", config["query"], MOST_ROWS
    parameters: list[Any] = []
    if field and "last" not in state:
        text, most = _newest(text, field), MOST_KNOWN
    elif field:
        text, parameters = _onwards(text, field, state["last"])
        most = _most(state)
    vault = vault_of(listener)
    found = SqlDoor(scope_of(listener, vault)).query(config["credential"], text, parameters, max_rows=most)
    return list(vault.redactor().value(found.items))


def _most(state: State) -> int:
    """As many more as are known at the last value itself: however many share it, there is a way past them."""
    return MOST_AT_ONCE + len(state.get("known", ()))


def _newest(query: str, field: str) -> str:
    """The rows with the greatest value."""
    name = _quoted_name(field)
    return (
        f"SELECT * FROM {_within(query, 'polled')} "  # noqa: S608 - the query is theirs, and may only read
        f"WHERE polled.{name} = (SELECT max(newest.{name}) FROM {_within(query, 'newest')})"
    )


def _onwards(query: str, field: str, last: Any) -> tuple[str, list[Any]]:
    """The rows from a value on, that value included; without one all that have any."""
    column = f"polled.{_quoted_name(field)}"
    condition = f"{column} IS NOT NULL" if last is None else f"{column} >= $1"
    text = f"SELECT * FROM {_within(query, 'polled')} WHERE {condition} ORDER BY {column}"  # noqa: S608 - as above
    return text, [] if last is None else [last]


def _within(query: str, alias: str) -> str:
    return f"({query.strip().rstrip(';')}\n) AS {alias}"  # a comment may end the query


def _quoted_name(field: str) -> str:
    return '"' + field.replace('"', '""') + '"'


def tell_of_query(listener: Listener, state: State, seen: Sequence[Any]) -> State:
    """As `tell`; with a `cursorField` only the rows at its last value have to be remembered."""
    field = listener.config.get("cursorField") or ""
    if not field:
        return tell(listener, state, seen)
    rows = _keyed(seen, _key_field(listener))
    if "last" in state:
        already = set(state.get("known", ()))
        for key, row in rows.items():
            if key not in already:
                _tell_of_row(listener, key, row)
    if not rows:
        return {"last": state.get("last"), "known": state.get("known", [])}
    last = list(rows.values())[-1][field]
    known = [key for key, row in rows.items() if row[field] == last]
    return {"last": last, "known": known, "more": "last" in state and len(seen) == _most(state)}


def _tell_of_row(listener: Listener, key: str, row: Any) -> None:
    value = row if isinstance(row, dict) else {"value": row}
    field = _key_field(listener)
    subject = paths.read(value, paths.parse(field)) if field else ""
    occur(
        listener,
        name=listener.config.get("emits") or "sheet.row_added",
        subject=str(subject)[:200] if isinstance(subject, str | int) else "",
        payload={"row": value},
        dedupe_key=key,
        source="poll",
    )


def _key_field(listener: Listener) -> str:
    """By which field a row is known: the one that is named, else that of its kind."""
    return listener.config.get("keyField") or KEYS_OF_FORMS.get(listener.config.get("form", ""), "")


def _keyed(rows: Sequence[Any], field: str) -> dict[str, Any]:
    """The rows by what they are known by. Rows that say the same and have no key of their own are counted."""
    found: dict[str, Any] = {}
    times: Counter[str] = Counter()
    for row in rows:
        own = paths.read(row, paths.parse(field)) if field and isinstance(row, dict) else paths.MISSING
        key = key_of(row if own is paths.MISSING else own)
        if own is paths.MISSING:
            times[key] += 1
            key = key if times[key] == 1 else f"{key}:{times[key]}"
        found[key] = row
    return found
