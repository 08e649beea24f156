"""Kinds of columns of the hot tables."""

from __future__ import annotations

from typing import Any

from django.db import models


class StateField(models.CharField):
    """One of a few states, of a PostgreSQL domain that admits no other.

    PostgreSQL compiles the check of a domain once per session, and that of a table anew at every statement: for two
    states and a dozen counters this was a seventh of what recording a step costs. A new state needs a migration that
    alters the domain's constraint.
    """

    def __init__(self, *args: Any, domain: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.domain = domain

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        return name, path, args, {**options, "domain": self.domain}

    def db_type(self, connection: Any) -> str:
        return self.domain
