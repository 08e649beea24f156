from __future__ import annotations

from django.db import migrations

from accounts import trail_guard


class Migration(migrations.Migration):
    """Nor does the database take all lines of the trail away at once."""

    dependencies = [("accounts", "0002_trail_is_only_added_to")]

    operations = [migrations.RunSQL(trail_guard.WHOLE_SQL, trail_guard.REVERSE_WHOLE_SQL)]
