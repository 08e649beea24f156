"""Which credentials the nodes of the newest and the active version name."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("integrations", "0003_credentials_of_many_kinds"),
        ("workflows", "0002_kinds_of_workflows"),
    ]

    operations = [
        migrations.AddField(
            model_name="node",
            name="credentials",
            field=models.ManyToManyField(
                blank=True, related_name="+", to="integrations.credential", verbose_name="учётные данные"
            ),
        ),
    ]
