"""When and by which run a credential was used last."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("integrations", "0004_shipments_to_bigquery")]

    operations = [
        migrations.AddField(
            model_name="credential",
            name="last_used_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="последнее применение"),
        ),
        migrations.AddField(
            model_name="credential",
            name="last_execution_id",
            field=models.UUIDField(editable=False, null=True, verbose_name="применивший запуск"),
        ),
    ]
