"""The process that talks to BigQuery: one order from the standard input, one answer to the standard output.

It knows neither the database nor a secret of the product, and it ends with its request. An answer is `{"done": …}` or
`{"fault": {"kind", "status", "reason", "message"}}`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

from integrations import safe_json
from integrations.bigquery import client

OPERATIONS: Final[Mapping[str, Callable[[Any, Mapping[str, Any]], dict[str, Any]]]] = {
    "ensure": client.ensure,
    "append": client.append,
    "merge": client.merge,
    "query": client.query,
}
LONGEST_MESSAGE: Final = 1000


def main() -> None:
    order = safe_json.loads(sys.stdin.buffer.read())
    try:
        answer = {"done": OPERATIONS[order["operation"]](client.connect(order["target"]), order)}
        text = safe_json.dumps(answer)
    except Exception as error:  # whatever it is, the parent has to be told
        text = safe_json.dumps({"fault": _fault(error)})
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))


def _fault(error: Exception) -> dict[str, Any]:
    if isinstance(error, client.JobError):
        return {"kind": "job", "status": 400, "reason": error.reason, "message": str(error)[:LONGEST_MESSAGE]}
    error = getattr(error, "cause", None) or error  # of calls that were repeated in vain
    reasons = getattr(error, "errors", None) or [{}]
    first = reasons[0] if isinstance(reasons[0], Mapping) else {}
    return {
        "kind": _kind(error),
        "status": int(getattr(error, "code", None) or 0),
        "reason": str(first.get("reason", "")),
        "message": str(getattr(error, "message", "") or error)[:LONGEST_MESSAGE],
    }


def _kind(error: Exception) -> str:
    """Whose fault it is.

    `answer` of BigQuery (`job`: one that has ended badly), `credentials`, `line` (no answer), `time` (not finished),
    or a `defect` of ours.
    """
    import concurrent.futures

    import requests
    from google.api_core import exceptions as answers
    from google.auth import exceptions as credentials

    if isinstance(error, concurrent.futures.TimeoutError):
        return "time"
    if isinstance(error, credentials.TransportError | requests.RequestException | answers.RetryError | ConnectionError):
        return "line"
    if isinstance(error, credentials.GoogleAuthError):
        return "credentials"
    return "answer" if isinstance(error, answers.GoogleAPICallError) else "defect"


if __name__ == "__main__":
    main()
