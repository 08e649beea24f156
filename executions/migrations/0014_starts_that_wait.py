from __future__ import annotations

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """What came too often is started later by itself: which lines wait for that."""

    dependencies = [("executions", "0013_when_runs_were_paused")]

    operations = [
        migrations.AddField(
            model_name="reaction",
            name="waits",
            field=models.BooleanField(db_default=False, default=False, verbose_name="Ждёт своей очереди"),
        ),
        migrations.AddIndex(
            model_name="reaction",
            index=models.Index("listener", "id", condition=Q(("waits", True)), name="reaction_waiting"),
        ),
    ]
