"""Every operation of the API, as its own description names them, and a project full of things to ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient
from uuid_utils.compat import uuid7

from accounts.clock import Now
from accounts.models import Project, User
from executions.books import Notice, SavedError
from integrations import events, sink
from integrations.alert_table import Alert
from integrations.sink import DatasetRef
from tests.integration.executions import driving
from tests.integration.runs import person, start
from tests.security.keys import stored
from tickets.models import CategoryExecutor, Contact, TicketCategory, TicketStatus
from tickets.services import attachments, creation
from tickets.services.attachments import NewFile
from workflows.models import Variable


@dataclass(frozen=True)
class Operation:
    """One verb of one address. `queries` are the names of its parameters, `answers` the statuses it speaks of."""

    method: str
    path: str
    queries: tuple[str, ...]
    answers: tuple[str, ...]
    body: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.method.upper()} {self.path.removeprefix('/api')}"

    @property
    def places(self) -> list[str]:
        """What stands in braces in the path."""
        return re.findall(r"{(\w+)}", self.path)

    def ask(self, api: APIClient, scene: dict[str, str], body: Any = None, query: str = "") -> Any:
        """Call it with the ids of a scene; what it changes is undone."""
        address = self.path.format(**scene) + (f"?{query}" if query else "")
        with transaction.atomic():
            answer = getattr(api, self.method)(address, body if self.body else None, format="json")
            if getattr(answer, "streaming", False):
                b"".join(answer.streaming_content)  # only what is read to its end is closed
            transaction.set_rollback(True)
        return answer


@cache
def description() -> dict[str, Any]:
    schema: dict[str, Any] = SchemaGenerator().get_schema(public=True)
    return schema


@cache
def operations() -> list[Operation]:
    return list(_operations())


def _operations() -> Iterator[Operation]:
    for path, verbs in description()["paths"].items():
        for method, said in verbs.items():
            queries = tuple(one["name"] for one in said.get("parameters", []) if one["in"] == "query")
            content = said.get("requestBody", {}).get("content", {})
            body = content.get("application/json", {}).get("schema", {}) if content else {}
            yield Operation(method, path, queries, tuple(said["responses"]), body)


def project(code: str) -> Project:
    return Project.objects.get_or_create(code=code, defaults={"name": code})[0]


def scene(of: Project) -> dict[str, str]:
    """One of everything in a project, belonging to nobody who is looked at; by the names of the paths."""
    owner = person("admin", project=of)
    nodes: list[driving.NodeSpec] = [("every", "trigger-schedule", {"config": {"crontab": "0 9 * * 1"}}), ("a", "noop")]
    flow = driving.workflow(owner, driving.definition(nodes, [("every", "a")]), name=of.code)
    execution = start(flow, owner)
    error = SavedError.objects.create(
        project=of, workflow=flow, execution_id=execution.pk, source="run", code="x", message="x"
    )
    notice = Notice.objects.create(project=of, workflow=flow, execution_id=execution.pk, severity="info", title="x")
    alert = Alert.objects.create(project=of, fingerprint=of.code, name="site.down", opened_at=Now(), last_at=Now())
    event, _new = events.emit(project_id=of.pk, name="order.paid", source="api")
    sink.write(
        dataset=DatasetRef(of.pk, f"rows.{of.code}", "Rows", flow.pk, "a", "noop"),
        execution_id=uuid7(),
        node_id="a",
        kind="raw",
        rows=[{"secret": f"row of {of.code}"}],
    )
    return {
        "workflow_id": str(flow.pk),
        "version": "1",
        "node_id": "a",
        "trigger_id": "every",
        "execution_id": str(execution.pk),
        "step_id": str(execution.steps.get(node_id="a").pk),
        "error_id": str(error.pk),
        "notice_id": str(notice.pk),
        "event_id": str(event.pk),
        "alert_id": str(alert.pk),
        "name": f"rows.{of.code}",
        "credential_id": str(stored(f"secret of {of.code}", project=of).pk),
        "variable_id": str(Variable.objects.create(project=of, key="some", value="x").pk),
        "contact_id": str(Contact.objects.create(project=of, name=f"contact of {of.code}").pk),
        "id": str(owner.pk),
        "key": "-@nowhere.example.org:443",
        "node_type": "noop",
        "code": "order.cancelled_after_manager",
        "slug": "none",
        **_desk(of, owner),
    }


def _desk(of: Project, owner: User) -> dict[str, str]:
    TicketStatus.fill("default")
    category = TicketCategory.objects.create(project=of, name=f"category of {of.code}")
    seat = CategoryExecutor.objects.create(user=owner, ticket_category=category)
    ticket = creation.create(author=owner, category_id=category.pk, description=f"ticket of {of.code}")
    Path(settings.ATTACHMENT_DIR).mkdir(parents=True, exist_ok=True)
    upload = SimpleUploadedFile("a.txt", b"text")
    file = attachments.attach(actor=owner, ticket_id=ticket.pk, files=[NewFile("a.txt", upload, 4)])[0]
    return {
        "ticket_id": str(ticket.pk),
        "executor_id": str(seat.pk),
        "attachment_id": str(file.pk),
        "category_id": str(category.pk),
        "user_id": str(owner.pk),
    }
