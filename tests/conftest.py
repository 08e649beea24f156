"""Shared by all tests: real PostgreSQL and Valkey, whose addresses come from the environment (`make test` sets them)."""

from __future__ import annotations
