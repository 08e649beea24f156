"""The worked example of the seed: a subscription becomes a lead, behind the back of the conversation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from accounts import clock
from accounts.models import Project
from accounts.services import default_project
from executions.models import Execution
from integrations.mail import line
from integrations.models import Event
from tests.fakes.ledger import Ledger, running
from tests.fakes.smtp import PostOffice, post_office
from tests.integration import runs
from tests.integration.executions import driving
from tickets.contacts import keeping, marking
from tickets.models import Contact
from workflows import services as workflows
from workflows.models import Workflow

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def crm(settings: Any) -> Iterator[Ledger]:
    with running() as server:
        settings.OUTBOUND_ALLOW = [server.endpoint]
        yield server


@pytest.fixture(autouse=True)
def office(settings: Any) -> Iterator[PostOffice]:
    with post_office() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.host, server.port
        yield server
        line._hang_up()
        clock.shift(connection, 0)


def background(user: Any, crm_url: str) -> Workflow:
    """External request, tag, letter: only what a background workflow may hold."""
    request = {"do": "request", "method": "POST", "url": crm_url, "body": {"email": "{{ $json.email }}"}}
    nodes: list[driving.NodeSpec] = [
        ("sync", "action", {"config": {"actions": [request, {"do": "add-tag", "tag": "onboarding done"}]}}),
        ("known", "condition", {"config": {"conditions": [{"field": "email", "op": "empty", "value": False}]}}),
        (
            "tell",
            "send-email",
            {
                "config": {
                    "to": "admin@example.org",
                    "subject": "new lead",
                    "text": "{{ $json.contactId }} {{ $json.email }} {{ $json.phone }}",
                }
            },
        ),
    ]
    edges = [("sync", "known"), ("known", "tell", "true"), ("known", "tell", "false")]
    made = workflows.create_workflow(
        user=user,
        particulars=workflows.Particulars(name="Новый лид", kind=Workflow.Kind.BACKGROUND),
        definition=driving.definition(nodes, edges),
    )
    assert made.is_published, made.newest_version and made.newest_version.problems
    return made


@pytest.mark.parametrize(
    "subscription",
    [
        {"email": "anna@example.org"},
        {"phone": "+79001234567"},
        {"email": "anna@example.org", "phone": "+79001234567"},
    ],
    ids=["e-mail", "phone", "both"],
)
def test_a_subscription_reaches_the_crm_the_tags_and_the_administrator(
    crm: Ledger, office: PostOffice, subscription: dict[str, Any]
) -> None:
    """S1-13: only e-mail, only phone, or both."""
    user = runs.person()
    given = {"email": None, "phone": None, **subscription}

    execution = runs.start(background(user, crm.url("/echo")), user, input_data=given)
    driving.work_off()

    assert driving.status(execution) == "succeeded"
    contact = Contact.objects.get()
    assert {"email": contact.email, "phone": contact.phone} == given
    assert [tag.name for tag in contact.tags.all()] == ["onboarding done"]
    assert [call.method for call in crm.calls] == ["POST"]
    (letter,) = office.letters
    assert (letter["To"], letter["Subject"]) == ("admin@example.org", "new lead")
    assert str(contact.pk) in letter.get_content()


def test_a_crm_that_fails_once_loses_no_lead_and_doubles_none(crm: Ledger, office: PostOffice) -> None:
    """S1-13: CRM 500, then 200; what was done before is not done again, and the repeat carries the same key."""
    user = runs.person()
    flow = background(user, crm.url("/flaky?key=lead&fails=1&status=500"))

    execution = runs.start(flow, user, input_data={"email": "anna@example.org", "phone": None})
    driving.work_off()
    assert (driving.status(execution), office.letters) == ("running", [])
    clock.shift(connection, 120)
    driving.work_off()

    assert driving.status(execution) == "succeeded"
    assert len({call.headers["idempotency-key"] for call in crm.calls}) == 1 < len(crm.calls) == 2
    assert Event.objects.filter(name="contact.tag_added").count() == len(office.letters) == 1


def test_a_repeated_step_changes_a_contact_once(crm: Ledger) -> None:
    """S1-4: an action holds several in order, and a retry does not repeat those that are done."""
    user = runs.person()
    actions = [
        {"do": "add-tag", "tag": "a"},
        {"do": "remove-tag", "tag": "a"},
        {"do": "request", "method": "POST", "url": crm.url("/flaky?key=x&fails=1")},
        {"do": "add-tag", "tag": "b"},
    ]
    execution = runs.start(
        runs.workflow(user, ("act", "action", {"config": {"actions": actions}})),
        user,
        input_data={"email": "anna@example.org"},
    )
    driving.work_off()
    clock.shift(connection, 120)
    driving.work_off()

    assert driving.status(execution) == "succeeded"
    names = [event.name for event in Event.objects.filter(source="contacts").order_by("at", "id")]
    assert names == ["contact.created", "contact.tag_added", "contact.tag_removed", "contact.tag_added"]
    (item,) = driving.items(execution, "act")
    assert [result["do"] for result in item["actions"]] == ["add-tag", "remove-tag", "request", "add-tag"]
    assert item["contactId"] == str(Contact.objects.get().pk)


def test_another_workflow_is_triggered_and_not_waited_for() -> None:
    """S1-8: any workflow that the person may start; the step goes on at once and the child is linked to it."""
    user = runs.person()
    child = runs.workflow(user, ("late", "delay", {"config": {"seconds": 3600}}))
    trigger = {"do": "trigger-workflow", "workflow": child.code, "inputData": {"lead": "{{ $json.email }}"}}
    flow = runs.workflow(user, ("act", "action", {"config": {"actions": [trigger]}}))

    execution = runs.start(flow, user, input_data={"email": "anna@example.org"})
    driving.work_off()

    assert driving.status(execution) == "succeeded"
    started = Execution.objects.get(workflow=child)
    assert started.parent_step is not None
    assert (started.parent_step.execution_id, started.input_data) == (execution.pk, {"lead": "anna@example.org"})
    assert (started.awaited, started.finished_at) == (False, None)


@pytest.mark.parametrize("target", ["draft", "foreign", "none"])
def test_what_the_person_may_not_start_is_not_triggered(target: str) -> None:
    """S1-8: a workflow that is not published, another project's, or none at all fails the step by name."""
    user = runs.person()
    code = "WF-NONE"
    if target == "draft":
        code = workflows.create_workflow(
            user=user, particulars=workflows.Particulars(name="A"), definition=driving.chain(1), draft=True
        ).code
    elif target == "foreign":
        other = runs.person("admin", project=Project.objects.create(code="other", name="Other"))
        code = runs.workflow(other).code
    actions = [{"do": "add-tag", "tag": "a"}, {"do": "trigger-workflow", "workflow": code}]
    flow = runs.workflow(user, ("act", "action", {"config": {"actions": actions}}))

    execution = runs.start(flow, user, input_data={"email": "anna@example.org"})
    driving.work_off()

    assert driving.status(execution) == "failed"
    assert (execution.error or {})["code"] == "child_not_started"


def test_the_item_is_handed_on_where_the_failure_to_trigger_is_handled() -> None:
    user = runs.person()
    action = {"do": "trigger-workflow", "workflow": "WF-NONE"}
    flow = runs.workflow(
        user, ("act", "action", {"config": {"actions": [action]}, "settings": {"onError": "continue"}})
    )

    execution = runs.start(flow, user, input_data={"email": "anna@example.org"})
    driving.work_off()

    assert driving.status(execution) == "succeeded"
    (item,) = driving.items(execution, "act")
    assert (item["email"], item["error"]["code"]) == ("anna@example.org", "child_not_started")


@pytest.mark.parametrize(
    ("question", "port"),
    [
        ({"field": "tags", "op": "contains", "value": "vip"}, "true"),
        ({"field": "tags", "op": "contains", "value": "new"}, "false"),
        ({"field": "fields.plan", "op": "eq", "value": "pro"}, "true"),
        ({"field": "phone", "op": "empty"}, "true"),
        ({"field": "email", "op": "empty"}, "false"),
    ],
)
def test_a_condition_asks_the_contact(question: dict[str, Any], port: str) -> None:
    """S1-5: tags, custom fields, e-mail and phone, and whether they are empty."""
    user = runs.person()
    project = default_project()
    marking.define_field(project_id=project.pk, key="plan", title="", kind="text")
    addresses = keeping.Addresses.read(email="anna@example.org")
    contact = keeping.create(project_id=project.pk, addresses=addresses)
    marking.add_tag(contact=contact, tag="vip")
    marking.set_field(contact=contact, key="plan", value="pro")
    flow = runs.workflow(user, ("ask", "condition", {"config": {"conditions": [question]}}))

    execution = runs.start(flow, user, input_data={"email": "Anna@example.org"})
    driving.work_off()

    assert driving.items(execution, "ask", port) == [{"email": "Anna@example.org"}]


def test_the_palette_of_a_background_workflow_is_exactly_this() -> None:
    """S1-2: fewer blocks than elsewhere: Action, Condition, Split, Send email."""
    api = runs.client(runs.person())

    offered = api.get("/api/v1/node-types?kind=background&pageSize=200").json()["results"]

    assert [found["type"] for found in offered] == ["action", "condition", "send-email", "split"]
    assert api.get("/api/v1/node-types?kind=other").status_code == 400
