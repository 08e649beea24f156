"""The node type `google-docs`, against a service that answers as Google Docs does."""

from __future__ import annotations

from tests.fakes.scripted import Service
from tests.nodes.vendors import items_of

DOCUMENT = {
    "documentId": "d1",
    "body": {"content": [{"sectionBreak": {}}, {"paragraph": {"elements": [{"textRun": {"content": "One\n"}}, {}]}}]},
}


def test_a_document_is_read_as_text(service: Service) -> None:
    service.answers = [(200, DOCUMENT)]
    call = {"operation": "document-get", "document": "https://docs.google.com/document/d/d1/edit?usp=sharing"}
    assert items_of(service, "google-docs", call) == [{"documentId": "d1", "content": "One\n"}]
    assert service.calls[0].path == "/v1/documents/d1"
    assert items_of(service, "google-docs", {**call, "simple": False}) == [DOCUMENT]


def test_text_is_added_at_the_end(service: Service) -> None:
    service.answers = [(200, {"documentId": "d1", "replies": [{}]})]
    items_of(service, "google-docs", {"operation": "text-append", "document": "d1", "text": "Ещё"})
    assert service.calls[0].path == "/v1/documents/d1:batchUpdate"
    assert service.calls[0].body == {"requests": [{"insertText": {"text": "Ещё", "endOfSegmentLocation": {}}}]}
