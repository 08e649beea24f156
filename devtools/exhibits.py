"""What the screenshots show: a service desk in the middle of its day, and runs that went well, badly, and not yet.

Everything comes in through the front door, as the people of the demo would bring it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from devtools.front_door import FrontDoor
from devtools.installation import Refused

PATIENCE_SECONDS: Final = 60.0

Verb = tuple[str, str, Mapping[str, Any]]
"""Who does what to a ticket, and what they say with it."""
TAKEN: Final[Verb] = ("executor", "take", {})
HANDED_IN: Final[Verb] = ("executor", "submit", {"reason": "Готово, проверьте, пожалуйста"})
TICKETS: Final[Sequence[tuple[str, str, Sequence[Verb]]]] = (
    ("Не печатает принтер в 304-м кабинете\nМигает красная лампочка, бумага есть.", "urgent", ()),
    ("Заменить лампу в переговорной", "low", ()),
    ("Не открывается карточка товара 4711", "high", (TAKEN,)),
    ("Настроить почту новому сотруднику", "normal", (("operator", "take", {}),)),
    (
        "Починить дверной доводчик",
        "normal",
        (TAKEN, ("executor", "defer", {"reason": "Ждём запчасть", "term": "week"})),
    ),
    ("Перенести рабочее место в 210-й кабинет", "normal", (TAKEN, HANDED_IN)),
    (
        "Скрипит стул в бухгалтерии",
        "low",
        (TAKEN, HANDED_IN, ("viewer", "confirm", {}), ("viewer", "rate", {"rating": 5})),
    ),
    ("Заказать второй монитор", "normal", (("viewer", "cancel", {"reason": "Нашёлся на складе"}),)),
)


@dataclass(frozen=True)
class Exhibits:
    """What a picture needs to know of them."""

    ticket: int
    """A number with a history."""
    form: str
    """The path of a public form, which opens a ticket."""


def furnish(url: str, people: Mapping[str, Mapping[str, str]]) -> Exhibits:
    """Fill an installation that plays Telegram, whose demo people are `{login: {username, password}}`.

    Raises Refused with the server's words where something is not as it was.
    """
    doors = {login: FrontDoor(url, "ru") for login in people}
    for login, door in doors.items():
        door.log_in(people[login]["username"], people[login]["password"])
    (category,) = doors["admin"].get("/categories")["results"]
    numbers = [_open(doors, category["id"], *ticket) for ticket in TICKETS]
    doors["viewer"].post(f"/tickets/{numbers[2]}/comments", {"text": "Ссылка из письма тоже не работает"})
    doors["executor"].post(f"/tickets/{numbers[2]}/comments", {"text": "Вижу, исправляю права доступа"})
    _run_well_and_badly(doors["editor"])
    return Exhibits(ticket=numbers[2], form=_publish_form(doors["editor"], category["name"]))


def _open(doors: Mapping[str, FrontDoor], category: int, text: str, priority: str, verbs: Sequence[Verb]) -> int:
    said = {"categoryId": category, "description": text, "priority": priority}
    number = int(doors["viewer"].post("/tickets", said)["number"])
    for login, verb, body in verbs:
        doors[login].post(f"/tickets/{number}/{verb}", body)
    return number


def _run_well_and_badly(door: FrontDoor) -> None:
    """Some that succeed, one that fails and raises an alert, one that tries again later, and one that waits."""
    well = _create(door, "Проверка остатков", {"type": "noop", "data": {"label": "Сверить остатки", "config": {}}})
    broken = {"label": "Разобрать прайс-лист", "config": {"code": "throw new Error('В строке 17 нет цены');"}}
    badly = _create(door, "Загрузка прайс-листа", {"type": "code", "data": broken})
    silent = {"label": "Передать заказы на склад", "config": {"message": "Склад не отвечает", "transient": True}}
    retried = {**silent, "settings": {"retry": {"attempts": 5, "delaySeconds": 900, "backoff": "fixed"}}}
    again = _create(door, "Выгрузка заказов", {"type": "fail", "data": retried})
    rest = {"label": "Ждать начала смены", "config": {"seconds": 3600}}
    waits = _create(door, "Утренняя сводка", {"type": "delay", "data": rest})
    runs = {workflow: door.post(f"/workflows/{workflow}/execute", {})["id"] for workflow in (badly, again, waits)}
    for _ in range(5):
        _await(door, door.post(f"/workflows/{well}/execute", {})["id"], "succeeded")
    _await(door, runs[badly], "failed")


def _create(door: FrontDoor, name: str, node: Mapping[str, Any]) -> str:
    """A workflow of one node, published."""
    definition = {"nodes": [{"id": "only", "position": {"x": 0, "y": 0}, **node}], "edges": []}
    return str(door.post("/workflows", {"name": name, "definition": definition})["id"])


def _await(door: FrontDoor, run: str, status: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (found := door.get(f"/executions/{run}")["status"]) != status:
        if time.monotonic() > deadline:
            raise Refused(f"run {run} is {found} and not {status}")
        time.sleep(0.1)


def _publish_form(door: FrontDoor, category: str) -> str:
    """The ready workflow that opens a ticket for whoever fills in its form; returns the form's path."""
    made = door.post("/workflow-templates/form-ticket/workflows", {"name": "Форма — заявка"})
    definition = made["definition"]
    opening = next(node for node in definition["nodes"] if node["type"] == "ticket-open")
    opening["data"]["config"]["category"] = category
    said = {name: made[name] for name in ("name", "description", "version")}
    door.put(f"/workflows/{made['id']}", {**said, "definition": definition})
    (listener,) = door.get(f"/workflows/{made['id']}/triggers")
    return str(listener["path"])
