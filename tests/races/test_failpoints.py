"""The places where tests stop the engine: nothing in production, and none that is not there."""

from __future__ import annotations

import re

import pytest
from django.core.exceptions import ImproperlyConfigured

from accounts import failpoints
from tests.architecture.tree import modules

REACHED = re.compile(r"failpoints\.reach\(\"([a-z_.]+)\"\)")


def test_no_installation_can_watch_the_places(settings):
    assert settings.TESTING is False
    with pytest.raises(ImproperlyConfigured), failpoints.watched(print):
        pass
    failpoints.reach("pause.locked")


def test_who_watches_is_told_of_each_place_and_of_none_when_the_test_is_over(settings):
    settings.TESTING = True
    told: list[str] = []
    with failpoints.watched(told.append):
        failpoints.reach("pause.locked")
    failpoints.reach("stop.locked")
    assert told == ["pause.locked"]


def test_every_place_is_in_the_engine_and_explained():
    reached = {name for path in modules(tests=False) for name in REACHED.findall(path.read_text())}
    assert reached == failpoints.PLACES
    assert set(re.findall(r"`([a-z_]+\.[a-z_]+)`", failpoints.__doc__ or "")) == failpoints.PLACES
