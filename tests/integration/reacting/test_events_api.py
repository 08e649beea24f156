"""`/events/…`: looking at what events have caused, and telling them again."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse

from accounts.models import Project
from executions.models import Reaction
from integrations import events
from tests.integration import runs
from tests.integration.reacting.scenes import NAME, deliver, happen, listening, runs_of

ADDRESS = "/api/v1/events"


def test_an_event_shows_what_it_has_caused_and_why_not(anna: Any) -> None:
    """Part 2 row 11: for each workflow "matched" with its run, or why not."""
    fits = listening(anna)
    other = listening(anna, event=NAME, subject="8")
    event = happen(subject="7")
    answer = runs.client(runs.person("viewer")).get(f"{ADDRESS}/{event.pk}")
    assert answer.status_code == 200
    lines = {line["workflowId"]: line for line in answer.json()["reactions"]}
    assert lines[str(fits.pk)]["executionId"] == str(runs_of(fits)[0].pk)
    assert (lines[str(other.pk)]["outcome"], lines[str(other.pk)]["executionId"]) == ("other_subject", None)


def test_one_or_many_are_told_again(anna: Any) -> None:
    flow = listening(anna)
    told = [happen(), happen()]
    api = runs.client(anna)
    assert api.post(f"{ADDRESS}/{told[0].pk}/replay").json() == {"replayed": 1}
    assert api.post(f"{ADDRESS}/replay", {"ids": [str(event.pk) for event in told]}).json() == {"replayed": 2}
    deliver()
    assert len(runs_of(flow)) == 5


def test_another_projects_event_is_no_event(anna: Any) -> None:
    other = Project.objects.create(code="other", name="other")
    foreign = events.emit(project_id=other.pk, name=NAME, source="test")[0]
    api = runs.client(runs.person("operator"))
    assert api.get(f"{ADDRESS}/{foreign.pk}").status_code == 404
    assert api.post(f"{ADDRESS}/{foreign.pk}/replay").status_code == 404
    assert api.get(f"{ADDRESS}/nonsense").status_code == 404


def test_the_overview_counts_by_name_and_measures(anna: Any) -> None:
    """S2-3: the time from an event to the first step of its run is measured."""
    listening(anna)
    listening(anna, event=NAME, subject="8")
    for _time in range(2):
        happen(subject="7")
    happen("nobody.listens")
    shown = runs.client(anna).get(f"{ADDRESS}/overview").json()
    first, second = shown["names"]
    assert first["outcomes"] == {"started": 2, "other_subject": 2}
    assert (len(shown["byHour"]), sum(hour["events"] for hour in shown["byHour"])) == (24, 3)
    assert (first["name"], first["events"], first["started"], first["notMatched"]) == (NAME, 2, 2, 2)
    assert first["latencyP50Ms"] >= 0
    assert (second["name"], second["unheard"], second["latencyP50Ms"]) == ("nobody.listens", 1, None)


def test_the_admin_shows_what_events_have_caused_and_tells_them_again(anna: Any) -> None:
    flow = listening(anna)
    happen(subject="7")
    root = runs.person("admin", is_staff=True, is_superuser=True)
    browser = Client()
    browser.force_login(root)
    listed = reverse("admin:executions_reaction_changelist")
    line = Reaction.objects.get()
    assert NAME in browser.get(listed).content.decode()
    assert browser.get(reverse("admin:executions_reaction_change", args=[line.pk])).status_code == 200
    chosen = {"action": "replay_selected", "_selected_action": [str(line.pk)]}
    assert browser.post(listed, chosen).status_code == 302
    deliver()
    assert len(runs_of(flow)) == 2
