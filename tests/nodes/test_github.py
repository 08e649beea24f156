"""The node type `github`, against a service that answers as GitHub does."""

from __future__ import annotations

import base64

import pytest

from tests.fakes.scripted import Service
from tests.nodes.vendors import items_of, run
from workflows.node_type import Permanent

WHERE = {"owner": "shop", "repository": "book"}
WRITE = {**WHERE, "operation": "file-write", "file": "a/b.md", "content": "Счёт", "message": "Add it"}


def test_a_file_that_is_not_there_is_made(service: Service) -> None:
    service.answers = [(404, {"message": "Not Found"}), (201, {"commit": {"sha": "c1"}})]
    assert items_of(service, "github", WRITE) == [{"commit": {"sha": "c1"}}]
    asked, written = service.calls
    assert (asked.method, asked.path) == ("GET", "/repos/shop/book/contents/a%2Fb.md")
    assert written.body == {"content": base64.b64encode("Счёт".encode()).decode(), "message": "Add it"}


def test_a_file_that_is_there_is_changed_on_its_branch(service: Service) -> None:
    service.answers = [(200, {"sha": "old"}), (200, {"commit": {"sha": "c2"}})]
    items_of(service, "github", {**WRITE, "branch": "draft"})
    asked, written = service.calls
    assert asked.path.endswith("?ref=draft")
    assert (written.method, written.body["sha"], written.body["branch"]) == ("PUT", "old", "draft")


def test_another_refusal_of_the_look_is_no_new_file(service: Service) -> None:
    service.answers = [(403, {"message": "Forbidden"})]
    with pytest.raises(Permanent):
        run(service, "github", WRITE)
    assert len(service.calls) == 1


def test_issues_are_made_and_answered(service: Service) -> None:
    service.answers = [(201, {"number": 5})]
    items_of(service, "github", {**WHERE, "operation": "issue-create", "title": "Broken", "labels": ["bug"]})
    items_of(service, "github", {**WHERE, "operation": "issue-comment", "number": "5", "body": "Mended"})
    assert [(call.path, call.body) for call in service.calls] == [
        ("/repos/shop/book/issues", {"title": "Broken", "labels": ["bug"]}),
        ("/repos/shop/book/issues/5/comments", {"body": "Mended"}),
    ]
