"""The report on the links of all workflows, asked again and again."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from tests.integration import runs
from tests.integration.executions import driving
from workflows import services
from workflows.models import Workflow

pytestmark = pytest.mark.django_db


def test_a_version_is_analysed_once_for_each_language():
    """The list of workflows is read each time, the definitions only once."""
    drawn = driving.definition(
        [("a", "trigger-manual"), ("b", "noop"), ("save", "save-error")], [("a", "b"), ("a", "save")]
    )
    services.create_workflow(user=runs.person(), particulars=services.Particulars(name="Links"), definition=drawn)
    with override("ru"):
        first = list(services.report_on_workflows(Workflow.objects.all()))
        with CaptureQueriesContext(connection) as asked:
            assert list(services.report_on_workflows(Workflow.objects.all())) == first
    assert len(asked) == 1
    assert first[0].findings
    with override("en"):
        (english,) = services.report_on_workflows(Workflow.objects.all())
    assert [one.code for one in english.findings] == [one.code for one in first[0].findings]
    assert english.findings[0].message != first[0].findings[0].message
