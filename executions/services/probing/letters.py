"""`trigger-mail`: letters that have come into a mailbox."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from executions.models import Listener
from executions.services.probing.scopes import scope_of, vault_of
from executions.services.reacting import occur
from integrations.mailbox import Mailbox, Mark, Post

MOST_LETTERS: Final = 50
MAX_BYTES: Final = 10_000_000
"""Of the letters of one look; the others wait for the next."""


def see(listener: Listener, state: dict[str, Any]) -> Post:
    """What has come since the last look; at the first one, only where the box ends."""
    mark = Mark.from_json(state["mark"]) if state.get("mark") else None
    config = listener.config
    vault = vault_of(listener)
    box = Mailbox.connect(scope_of(listener, vault))
    post = box.newer(config["credential"], config["folder"], mark, limit=MOST_LETTERS, max_bytes=MAX_BYTES)
    return replace(post, letters=vault.redactor().value(post.letters))


def tell(listener: Listener, state: dict[str, Any], seen: Post) -> dict[str, Any]:
    """One event for each letter; one that comes again under another number is known by its Message-ID."""
    for letter in seen.letters:
        files = [{name: value for name, value in file.items() if name != "data"} for file in letter["attachments"]]
        occur(
            listener,
            name=listener.config.get("emits") or "email.received",
            subject=letter["from"].lower()[:200],
            payload={**letter, "to": ", ".join(letter["to"]), "cc": ", ".join(letter["cc"]), "attachments": files},
            dedupe_key=(letter["messageId"] or f"{seen.mark.validity}:{letter['uid']}")[:200],
            source="imap",
        )
    return {"mark": seen.mark.as_json(), "more": seen.more}
