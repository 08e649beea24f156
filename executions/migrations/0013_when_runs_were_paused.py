from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """When a run was paused last: what a worker has begun in memory before that does not count."""

    dependencies = [("executions", "0012_old_paths_of_webhooks")]

    operations = [
        migrations.AddField(
            model_name="execution",
            name="paused_at",
            field=models.DateTimeField(null=True, verbose_name="Приостановлен в последний раз"),
        ),
    ]
