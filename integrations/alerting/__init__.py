"""Alerts: what goes wrong is told to people, grouped and with pauses, without any worker.

The ticker gathers events that are alarms into alerts and tells of them by Telegram; who may handle alerts is told.
"""

from integrations.alert_table import Alert
from integrations.alerting.ending import open_alerts, prune, recovered
from integrations.alerting.handling import LONGEST_MUTE_SECONDS, acknowledge, find, mute, press, visible_to
from integrations.alerting.watching import look, watch

__all__ = [
    "LONGEST_MUTE_SECONDS",
    "Alert",
    "acknowledge",
    "find",
    "look",
    "mute",
    "open_alerts",
    "press",
    "prune",
    "recovered",
    "visible_to",
    "watch",
]
