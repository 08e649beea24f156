"""What of a secret may stand in no text."""

from __future__ import annotations

import pytest

from integrations.credential_kinds import WEBHOOK
from integrations.redaction import Redactor
from integrations.secret import MASK, Secret
from tests.unit.integrations.test_ledger import target

KEY = "pz5x8r1f3jd7mq9wk2t4y6n8ab"
HOOK = Secret(id="1", kind=WEBHOOK, value=f"https://chat.example.org/hooks/{KEY}")


def test_the_path_of_a_webhook_is_as_secret_as_its_address() -> None:
    """S25: the ledger names host and path apart; a key of small letters and digits looks like a name."""
    assert target(HOOK.value, HOOK) == f"chat.example.org{MASK}"


@pytest.mark.parametrize("said", [HOOK.value, f"Cannot POST /hooks/{KEY}", f"no hook {KEY}"])
def test_a_webhook_is_masked_in_whatever_part_it_is_echoed(said: str) -> None:
    """S25: error pages say the path, chats say the key."""
    assert KEY not in Redactor([HOOK]).text(said)


def test_an_address_that_is_none_hides_itself() -> None:
    assert Redactor([Secret(id="1", kind=WEBHOOK, value="https://[x")]).text("at https://[x") == f"at {MASK}"
