"""The node type `google-drive`, against a service on loopback that answers as Google Drive does."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from integrations.secret import Secret
from integrations.vault import Vault
from tests.fakes.drive import Drive, running
from tests.nodes.context import StandaloneContext
from tests.nodes.stores import carrying, content, scope
from workflows import catalogue
from workflows.items import attached
from workflows.node_type import Done, Item, Later, Permanent

pytestmark = pytest.mark.django_db

ID = "0199f7a0-0000-7000-8000-0000000000dd"


@pytest.fixture
def drive(settings: Any) -> Any:
    with running() as faked:
        settings.OUTBOUND_ALLOW = [faked.endpoint]
        yield faked


def items_of(drive: Drive, call: dict[str, Any], items: Any = ({},)) -> list[Item]:
    at = {"baseUrl": f"http://{drive.endpoint}"}
    secret = Secret(id=ID, kind="bearer", value="token-of-the-test", hosts=("127.0.0.1",), settings=at)
    node_type, progress = catalogue.get("google-drive"), None
    while True:
        config = {"credential": ID, "call": call}
        context = StandaloneContext(
            node_type, config, items, scope=scope(secrets=Vault([secret])), progress=progress, seconds=600
        )
        outcome = node_type.run(context)
        if not isinstance(outcome, Later):
            assert isinstance(outcome, Done)
            return list(outcome.ports["out"])
        progress = outcome.progress


def test_a_file_is_downloaded_beside_what_the_item_has(drive: Drive) -> None:
    drive.files["f1"] = ({"name": "a.txt", "mimeType": "text/plain"}, b"Text")
    [item] = items_of(drive, {"do": "download", "file": "https://drive.google.com/file/d/f1/view"}, [{"n": 1}])
    assert (item["n"], content(item)) == (1, b"Text")
    assert attached.files_of(item)["data"]["fileName"] == "a.txt"
    assert drive.calls[-1].headers["Authorization"] == "Bearer token-of-the-test"


@pytest.mark.parametrize(("asked", "given"), [("", "wordprocessingml.document"), ("text/plain", "text/plain")])
def test_a_document_of_google_is_exported(drive: Drive, asked: str, given: str) -> None:
    drive.files["d1"] = ({"name": "Doc", "mimeType": "application/vnd.google-apps.document"}, b"")
    [item] = items_of(drive, {"do": "download", "file": "d1", "into": "doc", "exportAs": asked, "name": "x"})
    file = attached.files_of(item)["doc"]
    assert (file["fileName"], str(file["mimeType"]).endswith(given)) == ("x", True)
    assert content(item, "doc").endswith(given.encode())


def test_a_file_is_uploaded_into_a_folder(drive: Drive) -> None:
    item = carrying("report.csv", b"id\r\n--\r\n1", mime="text/csv")
    [made] = items_of(drive, {"do": "upload", "folder": "https://drive.google.com/drive/folders/top"}, [item])
    about, data = drive.files[made["id"]]
    assert (about["name"], about["parents"], data) == ("report.csv", ["top"], b"id\r\n--\r\n1")


def test_files_are_found_page_after_page_and_texts_end_no_query(drive: Drive) -> None:
    drive.pages = [[{"id": "1"}], [{"id": "2"}]]
    found = items_of(drive, {"do": "find", "folder": "top", "text": "it's", "query": "starred = true"})
    assert found == [{"id": "1"}, {"id": "2"}]
    [query] = parse_qs(urlsplit(drive.calls[0].path).query)["q"]
    assert query == r"trashed = false and 'top' in parents and name contains 'it\'s' and (starred = true)"


def test_folders_are_made_and_files_put_into_the_bin(drive: Drive) -> None:
    [made] = items_of(drive, {"do": "make-folder", "name": "New"})
    assert drive.files[made["id"]][0]["mimeType"].endswith(".folder")
    items_of(drive, {"do": "delete", "file": made["id"]})
    assert drive.files[made["id"]][0]["trashed"] is True


def test_what_is_not_there_fails_the_step_with_what_drive_says(drive: Drive) -> None:
    with pytest.raises(Permanent) as caught:
        items_of(drive, {"do": "download", "file": "gone"})
    assert "File not found" in str(caught.value.details)


def test_only_what_changes_nothing_is_tried_again() -> None:
    node_type = catalogue.get("google-drive")
    tries = {do: node_type.retry_for({"call": {"do": do}}).attempts for do in ("download", "upload", "make-folder")}
    assert tries == {"download": 3, "upload": 1, "make-folder": 1}
