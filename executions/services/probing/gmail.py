"""Letters of Gmail: the API lists ids alone, so each letter that is not known yet is read by itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final
from urllib.parse import quote, urlsplit

from executions.models import Listener
from executions.services.probing.keys import key_of
from executions.services.probing.scopes import scope_of, vault_of
from integrations.http import Door
from integrations.vendors.shape import at

SHOWN: Final = ("From", "To", "Cc", "Bcc", "Subject")


def new_letters(listener: Listener, known: Collection[str] | None, *, most: int) -> list[dict[str, Any]]:
    """The letters of the list at the trigger's address, the newest first; those are read that one look tells of.

    Without `known`, at the first look, and of letters that are known, there are the ids alone.
    """
    listed = _asked(listener, listener.config["url"]).get("messages")
    letters = [one for one in listed if isinstance(one, dict) and "id" in one] if isinstance(listed, list) else []
    new = [] if known is None else [one for one in letters if key_of(one["id"]) not in set(known)]
    labels = _labels(listener) if new else {}
    read = {one["id"]: _letter(listener, one["id"], labels) for one in new[:most]}
    return [read.get(one["id"], one) for one in letters]


def _letter(listener: Listener, letter: str, labels: Mapping[str, Any]) -> dict[str, Any]:
    """A letter without its text, the names of its labels and its main headers as fields."""
    wanted = {"format": "metadata", "metadataHeaders": list(SHOWN)}
    found = _asked(listener, f"{_list_of(listener)}/{quote(str(letter), safe='')}", wanted)
    headers = at(found, "payload.headers")
    shown = {one.get("name"): one.get("value") for one in headers or () if isinstance(one, dict)}
    named = [{"id": one, "name": labels.get(one, one)} for one in found.get("labelIds") or ()]
    kept = {name: value for name, value in found.items() if name not in ("labelIds", "payload")}
    return {**kept, "id": letter, "labels": named, **{name: shown[name] for name in SHOWN if name in shown}}


def _labels(listener: Listener) -> dict[str, Any]:
    listed = _asked(listener, f"{_list_of(listener).rpartition('/')[0]}/labels").get("labels")
    return {one["id"]: one.get("name") for one in listed or () if isinstance(one, dict) and "id" in one}


def _list_of(listener: Listener) -> str:
    """The address of the list without its query: a letter is found below it."""
    return urlsplit(listener.config["url"])._replace(query="", fragment="").geturl().rstrip("/")


def _asked(listener: Listener, url: str, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
    vault = vault_of(listener)
    door = Door(scope_of(listener, vault))
    answer = door.request("GET", url, params=params, credential=listener.config.get("credential"))
    answer.raise_for_status()
    body = vault.redactor().value(answer.json())
    return body if isinstance(body, dict) else {}
