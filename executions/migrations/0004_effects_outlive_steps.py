# The ledger is made anew rather than changed: no row of it has been written by a release.

import accounts.clock
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('executions', '0003_answers'),
    ]

    operations = [
        migrations.DeleteModel(
            name='SideEffect',
        ),
        migrations.CreateModel(
            name='SideEffect',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('step_id', models.UUIDField()),
                ('node_id', models.CharField(max_length=200, verbose_name='Узел')),
                ('fence', models.BigIntegerField()),
                ('key', models.CharField(max_length=300, verbose_name='Ключ')),
                ('method', models.CharField(max_length=20, verbose_name='Метод')),
                ('target', models.CharField(max_length=500, verbose_name='Куда')),
                ('outcome', models.CharField(max_length=40, verbose_name='Исход')),
                ('at', models.DateTimeField(db_default=accounts.clock.Clock(), verbose_name='Когда')),
                ('execution', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='effects', to='executions.execution')),
            ],
            options={
                'verbose_name': 'действие вовне',
                'verbose_name_plural': 'действия вовне',
                'ordering': ['id'],
                'indexes': [models.Index(models.F('execution'), models.F('step_id'), name='effect_by_step')],
            },
        ),
    ]
