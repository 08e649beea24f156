"""PURE: parameters of requests to the sandbox, checked as strictly as Wildberries checks them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from integrations.wildberries.batches import MAX_DAYS, MAX_IDS, MAX_PAIRS, MAX_QUERY_DAYS, MOSCOW
from integrations.wildberries.sandbox.answers import Refusal, bad_field, bad_report_request, bad_request, bad_words

REPORT_ROWS = 80_000


@dataclass(frozen=True)
class Request:
    """A request that has been let in: `query` holds the last value of each parameter, `body` the parsed JSON."""

    query: Mapping[str, str]
    body: Any
    now: datetime
    report_rows: int = REPORT_ROWS


def optional_integers(request: Request, name: str) -> list[int]:
    """A list like `1,2,3`, maybe empty or absent."""
    text = request.query.get(name, "")
    try:
        return [int(part) for part in text.split(",")] if text else []
    except ValueError:
        raise Refusal(bad_request(f"invalid {name}")) from None


def campaign_ids(request: Request, *, required: bool) -> list[int]:
    ids = optional_integers(request, "ids")
    if required and not ids:
        raise Refusal(bad_request("invalid ids"))
    if len(ids) > MAX_IDS:
        raise Refusal(bad_request(f"ids count must be less or equal {MAX_IDS}"))
    return ids


def choice(request: Request, name: str, allowed: tuple[str, ...]) -> str | None:
    value = request.query.get(name)
    if value is not None and value not in allowed:
        raise Refusal(bad_request(f"invalid {name} value"))
    return value


def statistics_days(request: Request) -> tuple[date, date]:
    """`beginDate` and `endDate`, at most 31 days."""
    days = []
    for name in ("beginDate", "endDate"):
        try:
            days.append(date.fromisoformat(request.query.get(name, "")))
        except ValueError:
            raise Refusal(bad_request(f"invalid {name}")) from None
    begin, end = days
    if end < begin:
        raise Refusal(bad_field("begin and end", "end date must not be before begin date"))
    if (end - begin).days >= MAX_DAYS:
        raise Refusal(bad_field("begin and end", f"max date range {MAX_DAYS} days"))
    return begin, end


def expense_days(request: Request) -> tuple[date, date]:
    """`from` and `to`, at most 31 days; what is wrong is said in plain words, without any JSON."""
    try:
        begin, end = (date.fromisoformat(request.query.get(name, "")) for name in ("from", "to"))
    except ValueError:
        raise Refusal(bad_words("Некорректные параметры запроса")) from None
    if not 0 <= (end - begin).days < MAX_DAYS:
        raise Refusal(bad_words(f"Интервал не может быть больше {MAX_DAYS} дней"))
    return begin, end


def listed_ids(request: Request) -> list[int]:
    """`advertIds` of a body, one to fifty."""
    ids = request.body.get("advertIds") if isinstance(request.body, dict) else None
    if not isinstance(ids, list) or not 1 <= len(ids) <= MAX_IDS or not all(type(number) is int for number in ids):
        raise Refusal(bad_request("incorrect request body, please check API documentation", title="invalid payload"))
    return ids


def pairs_and_days(request: Request, campaign: str, article: str) -> tuple[list[tuple[int, int]], date, date]:
    """Body of the search query methods: pairs of campaign and article under the given names, and the days."""
    fault = bad_request("incorrect request body, please check API documentation", title="invalid request body")
    body = request.body
    if not isinstance(body, dict) or not isinstance(body.get("items"), list) or len(body["items"]) > MAX_PAIRS:
        raise Refusal(fault)
    try:
        pairs = [(int(item[campaign]), int(item[article])) for item in body["items"]]
        begin, end = date.fromisoformat(body["from"]), date.fromisoformat(body["to"])
    except (KeyError, TypeError, ValueError):
        raise Refusal(fault) from None
    if not 0 <= (end - begin).days < MAX_QUERY_DAYS:
        raise Refusal(bad_request(f"max date range {MAX_QUERY_DAYS} days"))
    return pairs, begin, end


def report_start(request: Request) -> datetime:
    """`dateFrom` of the reports: a day or a moment, in Moscow unless it says otherwise."""
    text = request.query.get("dateFrom")
    if not text:
        raise Refusal(bad_report_request(["dateFrom: field required"]))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal(bad_report_request("dateFrom: Value not validated")) from None
    return moment.replace(tzinfo=MOSCOW) if moment.tzinfo is None else moment.astimezone(MOSCOW)


def whole_day(request: Request) -> bool:
    flag = request.query.get("flag", "0")
    if flag not in ("0", "1"):
        raise Refusal(bad_report_request("flag: Value not validated"))
    return flag == "1"
