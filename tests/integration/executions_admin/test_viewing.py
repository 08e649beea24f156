"""The page on which a run is watched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from executions import services
from tests.integration import runs
from workflows import services as workflows
from workflows.admin import pages

pytestmark = pytest.mark.django_db


def test_the_view_of_a_run_is_for_those_who_may_see_it(client: Client, tmp_path: Path, monkeypatch: Any):
    editor = runs.person("editor", is_staff=True)
    flow = runs.workflow(editor)
    run, _created = services.start(target=workflows.startable(flow.pk, editor), user=editor)
    script = tmp_path / "pages.js"
    script.write_text("")
    monkeypatch.setattr(pages, "BUILT", script)
    address = f"/admin/executions/execution/{run.pk}/view/"
    client.force_login(runs.person("viewer", is_staff=True))
    page = client.get(address).content.decode()
    assert f'"executionId": "{run.pk}"' in page
    assert address in client.get(f"/admin/executions/execution/{run.pk}/change/").content.decode()
    stranger = runs.person("viewer", is_staff=True)
    stranger.memberships.all().delete()
    client.force_login(stranger)
    assert client.get(address).status_code in (302, 403, 404)
