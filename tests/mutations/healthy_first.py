"""A plugin of pytest for broken engines: whether one is alive is seen before its faults have left anything behind.

pytest-django lets tests of several transactions run last. By then a test that found its fault may have left a file open
or a thread running, which Python complains about in the middle of whichever test comes next.
"""

from __future__ import annotations

import pytest

from tests.mutations.workshop import HEALTHY


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.nodeid != HEALTHY)
