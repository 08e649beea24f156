"""Credentials of many kinds, shared between projects, and taken out of use; a plain token is called `bearer` now."""

from django.db import migrations, models


def rename_tokens(apps, schema_editor):
    apps.get_model("integrations", "Credential").objects.filter(kind="token").update(kind="bearer")


def rename_back(apps, schema_editor):
    apps.get_model("integrations", "Credential").objects.filter(kind="bearer").update(kind="token")


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("integrations", "0002_event_inbox"),
    ]

    operations = [
        migrations.AddField(
            model_name="credential",
            name="settings",
            field=models.JSONField(blank=True, default=dict, verbose_name="настройки"),
        ),
        migrations.AddField(
            model_name="credential",
            name="shared_with",
            field=models.ManyToManyField(
                blank=True, related_name="+", to="accounts.project", verbose_name="доступны проектам"
            ),
        ),
        migrations.AddField(
            model_name="credential",
            name="revoked_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="отозваны"),
        ),
        migrations.AlterField(
            model_name="credential",
            name="kind",
            field=models.CharField(
                choices=[
                    ("bearer", "Токен (Authorization: Bearer)"),
                    ("basic", "Логин и пароль (Authorization: Basic)"),
                    ("header", "Заголовок с ключом"),
                    ("query", "Ключ в параметре адреса"),
                    ("oauth2-client-credentials", "OAuth 2.0 (client credentials)"),
                    ("google-service-account", "Сервисный аккаунт Google"),
                    ("smtp", "Почтовый сервер SMTP"),
                    ("imap", "Почтовый ящик IMAP"),
                    ("postgres", "База данных PostgreSQL"),
                    ("redis", "Сервер Redis"),
                    ("telegram", "Бот Telegram"),
                    ("openai", "Языковая модель (OpenAI и совместимые)"),
                    ("wildberries", "Токен Wildberries"),
                ],
                max_length=40,
                verbose_name="вид",
            ),
        ),
        migrations.RunPython(rename_tokens, rename_back, elidable=True),
    ]
