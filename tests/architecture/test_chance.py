"""Examples of chance are judged by what comes out, and never by how long it took."""

from __future__ import annotations

import time

from hypothesis import given, settings
from hypothesis import strategies as st


@settings(max_examples=1)
@given(st.just(0.3))
def test_an_example_may_take_as_long_as_a_busy_machine_lets_it(seconds: float) -> None:
    """Longer than the library bears with by itself."""
    time.sleep(seconds)
