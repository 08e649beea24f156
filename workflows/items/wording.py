"""PURE: marks texts for the translators where Django may not be imported; they are translated when they are shown."""

from __future__ import annotations


def gettext_noop(message: str) -> str:
    """The message itself: `makemessages` finds it by this name."""
    return message
