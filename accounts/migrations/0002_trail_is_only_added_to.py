from __future__ import annotations

from django.apps import apps
from django.db import migrations

from accounts import trail_guard


class Migration(migrations.Migration):
    """The lines of who changed what are guarded by the database."""

    dependencies = [
        ("accounts", "0001_initial"),
        # Workers read the graph of migrations, too, and load nothing of what pages need.
        *([("auditlog", "0017_add_actor_email")] if apps.is_installed("auditlog") else []),
    ]

    operations = [migrations.RunSQL(trail_guard.SQL, trail_guard.REVERSE_SQL)]
