"""`trigger-site`: whether a site answers, and how quickly."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final

from executions.models import Listener
from executions.services.probing.scopes import scope_of
from executions.services.reacting import occur
from integrations import events
from integrations.errors import OutboundError, TooLarge
from integrations.http import Door

DOWN: Final = "site.down"
RECOVERED: Final = "site.recovered"
MAX_BYTES: Final = 5_000_000


def see(listener: Listener, state: dict[str, Any]) -> Mapping[str, Any]:
    """How the site answers: `reason` is empty when it is well."""
    config = listener.config
    began = time.monotonic()
    try:
        answer = Door(scope_of(listener)).request("GET", config["url"], max_bytes=MAX_BYTES, follow_redirects=True)
    except TooLarge:  # it answers, and with more than anybody has to read for this
        return {"reason": "", "seconds": round(time.monotonic() - began, 3)}
    except OutboundError as error:
        return {"reason": error.code, "seconds": round(time.monotonic() - began, 3)}
    slow = answer.elapsed > float(config["slowSeconds"])
    reason = "status" if answer.status >= 400 else "slow" if slow else ""
    return {"reason": reason, "status": answer.status, "seconds": round(answer.elapsed, 3)}


def tell(listener: Listener, state: dict[str, Any], seen: Mapping[str, Any]) -> dict[str, Any]:
    """Down after so many bad looks in a row, up again after as many good ones; each is told once."""
    config, bad = listener.config, bool(seen["reason"])
    down, row = bool(state.get("down")), int(state.get("row", 0)) + 1
    if bad == down:
        return {**state, "row": 0}
    if row < int(config["failures"]):
        return {**state, "row": row}
    told = {"url": config["url"], **{key: value for key, value in seen.items() if value != ""}}
    if bad:
        occur(listener, name=DOWN, subject=config["url"][:200], payload={**told, "failures": row}, source="site")
    else:
        events.emit(
            project_id=listener.project_id, name=RECOVERED, subject=config["url"][:200], payload=told, source="site"
        )
    return {"down": bad, "row": 0}
