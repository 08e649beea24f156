"""What production refuses to start with."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.unsafe_values import refuse_unsafe
from devtools.checking import production_example

GOOD = {
    **production_example(),
    "DATABASE_URL": "postgresql://naryad:long-random-word@db:5432/naryad",
    "REDIS_HOST": "valkey",
}
BAD = [
    ("SECRET_KEY", ""),
    ("SECRET_KEY", "changeme" * 8),
    ("SECRET_KEY", "a" * 64),
    ("JWT_SECRET", ""),
    ("JWT_SECRET", "your_jwt_secret_key"),
    ("JWT_SECRET", "Zk3short"),
    ("CREDENTIAL_KEYS", ""),
    ("METRICS_TOKEN", "hunter2"),
    ("DATABASE_URL", ""),
    ("DATABASE_URL", "postgresql://user:password@localhost:5432/database_name"),
    ("REDIS_HOST", ""),
    ("ALLOWED_HOSTS", ""),
    ("ALLOWED_HOSTS", "naryad.example.org,*"),
    ("FRONTEND_URL", "*"),
    ("WB_API_KEY", "your_wildberries_api_key"),
    ("GCP_PROJECT_ID", "your_google_cloud_project_id"),
    ("GOOGLE_APPLICATION_CREDENTIALS", "/path/to/your/keyfile.json"),
    ("NODE_ENV", "prod"),
]


def test_a_proper_production_is_let_through() -> None:
    """S3-26: and so is a development with nothing set at all."""
    refuse_unsafe(GOOD)
    refuse_unsafe({})


@pytest.mark.parametrize(("name", "value"), BAD)
def test_production_refuses_a_missing_default_or_short_value_by_name(name: str, value: str) -> None:
    """S3-26: start refuses a missing or default secret in production."""
    with pytest.raises(ImproperlyConfigured, match=name):
        refuse_unsafe({**GOOD, name: value})


def test_equal_secrets_are_refused() -> None:
    """S3-26: whoever learns one must not hold the other."""
    with pytest.raises(ImproperlyConfigured, match="equal"):
        refuse_unsafe({**GOOD, "JWT_SECRET": GOOD["SECRET_KEY"]})


def test_all_faults_are_told_at_once_and_no_secret_is_repeated() -> None:
    """S3-26: nobody should have to start six times to read six lines."""
    with pytest.raises(ImproperlyConfigured) as refusal:
        refuse_unsafe({"NODE_ENV": "production", "JWT_SECRET": "hunter2hunter2", "WB_API_KEY": "real"})
    text = str(refusal.value)
    assert all(
        name in text for name in ("SECRET_KEY", "JWT_SECRET", "CREDENTIAL_KEYS", "DATABASE_URL", "ALLOWED_HOSTS")
    )
    assert "hunter2" not in text
