from __future__ import annotations

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """The paths that webhooks had in n8n."""

    dependencies = [("executions", "0011_test_runs")]

    operations = [
        migrations.AddField(
            model_name="listener",
            name="path",
            field=models.CharField(db_default="", default="", max_length=200, verbose_name="Прежний адрес"),
        ),
        migrations.AddIndex(
            model_name="listener",
            index=models.Index(models.F("path"), condition=Q(active=True) & ~Q(path=""), name="listener_path"),
        ),
    ]
