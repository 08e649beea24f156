"""Sites, lists and queries that are looked at from time to time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.db import connection

from accounts import clock
from executions.models import Vigil
from executions.services import reacting
from integrations import safe_json
from integrations.models import Event, OutboxMessage
from tests.integration.reacting.scenes import deliver, listening, runs_of
from tests.security.keys import stored

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>
<item><guid>1</guid><title>%s</title></item></channel></rss>"""


class Site:
    """A site of the test's own: what it answers can be changed while it runs."""

    def __init__(self) -> None:
        self.status, self.rows = 200, [{"id": 1, "at": "2026-03-01"}]
        self.pages: dict[str, Any] = {}
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked = self.path.partition("?")[0]
                page = site.pages.get(asked, {"data": site.rows})
                body = page if isinstance(page, bytes) else safe_json.dumps(page).encode()
                self.send_response(site.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/list"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.seconds = 0.0

    def look(self, times: int = 1) -> None:
        """Let it be time to look, so often."""
        for _time in range(times):
            self.seconds += 600
            clock.shift(connection, self.seconds)
            reacting.fire_due()
            deliver()


@pytest.fixture
def site(anna: Any, settings: Any) -> Iterator[Site]:
    served = Site()
    settings.OUTBOUND_ALLOW = [f"127.0.0.1:{served.server.server_port}"]
    yield served
    served.server.shutdown()
    served.server.server_close()
    clock.shift(connection, 0)


def test_a_site_that_stays_down_is_told_of_once_and_once_when_it_is_back(anna: Any, site: Site) -> None:
    """R3-23, S2-7: several bad looks before it is down, one event on the edge, one on recovery."""
    flow = listening(anna, "trigger-site", url=site.url, failures=2)
    back = listening(anna, event="site.recovered")
    site.look()
    site.status = 502
    site.look()
    assert runs_of(flow) == []
    site.look(3)
    (run,) = runs_of(flow)
    assert (run.input_data["payload"]["status"], run.input_data["payload"]["reason"]) == (502, "status")
    site.status = 200
    site.look(4)
    assert (len(runs_of(flow)), len(runs_of(back))) == (1, 1)


def test_a_site_that_does_not_answer_is_down(anna: Any, site: Site) -> None:
    flow = listening(anna, "trigger-site", url=site.url, failures=1)
    site.server.shutdown()
    site.server.server_close()
    site.look()
    assert len(runs_of(flow)) == 1


def test_of_a_list_of_any_length_nothing_is_told_again(anna: Any, site: Site) -> None:
    flow = listening(anna, "trigger-poll-list", url=site.url, itemsPath="data", keyField="id")
    site.rows = [{"id": number} for number in range(20_010)]
    site.look(2)
    assert len(Vigil.objects.get().state["known"]) == 20_010
    assert runs_of(flow) == []


def test_a_new_letter_of_gmail_is_read_and_old_ones_are_not(anna: Any, site: Site) -> None:
    """S2-8: the letters of the first look start nothing; a new one comes with its headers and the names of labels."""
    flow = listening(anna, "trigger-poll-list", url=f"{site.url}?q=x", form="gmail", item="row", keyField="id")
    site.pages["/list"] = {"messages": [{"id": "old", "threadId": "t"}]}
    site.look()
    headers = [{"name": "Subject", "value": "Hi"}, {"name": "X-Other", "value": "1"}]
    about = {"id": "new", "snippet": "Text", "labelIds": ["L1", "INBOX"]}
    site.pages["/list/new"] = {**about, "payload": {"headers": headers}}
    site.pages["/labels"] = {"labels": [{"id": "L1", "name": "Orders"}]}
    site.pages["/list"]["messages"].insert(0, {"id": "new", "threadId": "t"})
    site.look(2)
    [run] = runs_of(flow)
    named = [{"id": "L1", "name": "Orders"}, {"id": "INBOX", "name": "INBOX"}]
    letter = run.input_data["payload"]["row"]
    assert letter == {"id": "new", "snippet": "Text", "labels": named, "Subject": "Hi"}


def test_an_entry_of_a_feed_that_was_corrected_is_no_new_one(anna: Any, site: Site) -> None:
    """S2-8: entries are known by their guid, also where no field with a number is named."""
    flow = listening(anna, "trigger-poll-list", url=site.url, form="feed")
    site.pages["/list"] = (FEED % "Sale").encode()
    site.look()
    site.pages["/list"] = (FEED % "Sale!").encode()
    site.look(2)
    assert runs_of(flow) == []


def test_letters_of_gmail_are_known_by_their_ids_without_being_told_so(anna: Any, site: Site) -> None:
    flow = listening(anna, "trigger-poll-list", url=site.url, form="gmail")
    site.pages["/list"] = {"messages": [{"id": "old"}]}
    site.pages["/labels"], site.pages["/list/new"], site.pages["/list/old"] = {}, {"id": "new"}, {"id": "old", "n": 1}
    site.look(2)
    site.pages["/list"]["messages"].insert(0, {"id": "new"})
    site.look(2)
    assert [run.input_data["subject"] for run in runs_of(flow)] == ["new"]


def test_a_site_that_answers_with_a_great_deal_is_not_down(anna: Any, site: Site) -> None:
    flow = listening(anna, "trigger-site", url=site.url, failures=1)
    site.pages["/list"] = b" " * 5_000_001
    site.look()
    assert runs_of(flow) == []


@pytest.mark.parametrize("answer", [{"error": "later"}, {"data": {"error": "later"}}, "busy", 0])
def test_what_is_no_list_is_not_taken_for_an_empty_one(anna: Any, site: Site, answer: Any) -> None:
    """S2-8: an error that a server sends with 200 at the first look makes no old row new; it is told after a while."""
    flow = listening(anna, "trigger-poll-list", url=site.url, itemsPath="data", keyField="id")
    site.pages["/list"] = answer
    site.look(4)
    assert Event.objects.filter(name="transfer.failed").count() == 1
    del site.pages["/list"]
    site.look(2)
    assert runs_of(flow) == []
    site.rows.append({"id": 2})
    site.look(2)
    assert [run.input_data["subject"] for run in runs_of(flow)] == ["2"]


def test_null_in_the_place_of_a_list_is_an_empty_one(anna: Any, site: Site) -> None:
    flow = listening(anna, "trigger-poll-list", url=site.url, itemsPath="data", keyField="id")
    site.pages["/list"] = {"data": None}
    site.look()
    del site.pages["/list"]
    site.look(2)
    assert [run.input_data["subject"] for run in runs_of(flow)] == ["1"]


def test_a_list_whose_key_is_gone_is_looked_at_later_and_no_letter_dies(anna: Any, site: Site) -> None:
    key = stored(kind="header", value="let me in", login="X-Key")
    listening(anna, "trigger-poll-list", url=site.url, itemsPath="data", credential=str(key.pk))
    key.delete()
    site.look(4)
    assert not OutboxMessage.objects.exclude(state="sent").exists()


def test_rows_that_were_there_before_start_nothing_and_new_ones_start_one_run_each(anna: Any, site: Site) -> None:
    """S2-8: no old rows on first activation, none skipped at equal times."""
    flow = listening(anna, "trigger-poll-list", url=site.url, itemsPath="data", keyField="id")
    site.look()
    assert runs_of(flow) == []
    site.rows = [{"id": number, "at": "2026-03-01"} for number in (1, 2, 3)]
    site.look(2)
    assert [run.input_data["payload"]["row"]["id"] for run in runs_of(flow)] == [2, 3]
    site.rows = [{"id": 4, "at": "2026-03-01"}, *site.rows]
    site.status = 503
    site.look()
    assert len(runs_of(flow)) == 2
    site.status = 200
    site.look(2)
    assert [run.input_data["subject"] for run in runs_of(flow)] == ["2", "3", "4"]
