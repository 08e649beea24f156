import executions.columns
import executions.engine.states
from django.db import migrations, models


DOMAINS = """
CREATE DOMAIN execution_status AS varchar(12) CONSTRAINT execution_status_known CHECK (VALUE IN
    ('queued', 'running', 'paused', 'failing', 'succeeded', 'failed', 'stopped'));
CREATE DOMAIN step_status AS varchar(12) CONSTRAINT step_status_known CHECK (VALUE IN
    ('pending', 'ready', 'held', 'delayed', 'waiting', 'running', 'succeeded', 'failed', 'skipped', 'cancelled',
     'dropped'));
"""


class Migration(migrations.Migration):
    """Checks leave the tables of the hot path: PostgreSQL reads those of a table anew at every statement."""

    dependencies = [
        ('executions', '0007_schedules'),
    ]

    operations = [
        migrations.RunSQL(DOMAINS, "DROP DOMAIN step_status; DROP DOMAIN execution_status"),
        migrations.RemoveConstraint(
            model_name='execution',
            name='execution_status_known',
        ),
        migrations.RemoveConstraint(
            model_name='step',
            name='step_status_known',
        ),
        migrations.AlterField(
            model_name='attempt',
            name='epoch',
            field=models.IntegerField(),
        ),
        migrations.AlterField(
            model_name='attempt',
            name='number',
            field=models.IntegerField(verbose_name='Попытка'),
        ),
        migrations.AlterField(
            model_name='execution',
            name='depth',
            field=models.SmallIntegerField(default=0, verbose_name='Вложенность'),
        ),
        migrations.AlterField(
            model_name='execution',
            name='epoch',
            field=models.IntegerField(default=1),
        ),
        migrations.AlterField(
            model_name='execution',
            name='open_steps',
            field=models.IntegerField(verbose_name='Открытых шагов'),
        ),
        migrations.AlterField(
            model_name='execution',
            name='priority',
            field=models.SmallIntegerField(default=5, verbose_name='Приоритет'),
        ),
        migrations.AlterField(
            model_name='execution',
            name='status',
            field=executions.columns.StateField(choices=[(executions.engine.states.ExecutionStatus['QUEUED'], executions.engine.states.ExecutionStatus['QUEUED']), (executions.engine.states.ExecutionStatus['RUNNING'], executions.engine.states.ExecutionStatus['RUNNING']), (executions.engine.states.ExecutionStatus['PAUSED'], executions.engine.states.ExecutionStatus['PAUSED']), (executions.engine.states.ExecutionStatus['FAILING'], executions.engine.states.ExecutionStatus['FAILING']), (executions.engine.states.ExecutionStatus['SUCCEEDED'], executions.engine.states.ExecutionStatus['SUCCEEDED']), (executions.engine.states.ExecutionStatus['FAILED'], executions.engine.states.ExecutionStatus['FAILED']), (executions.engine.states.ExecutionStatus['STOPPED'], executions.engine.states.ExecutionStatus['STOPPED'])], domain='execution_status', max_length=12, verbose_name='Состояние'),
        ),
        migrations.AlterField(
            model_name='step',
            name='attempt',
            field=models.IntegerField(default=0, verbose_name='Попытка'),
        ),
        migrations.AlterField(
            model_name='step',
            name='epoch',
            field=models.IntegerField(default=1),
        ),
        migrations.AlterField(
            model_name='step',
            name='live',
            field=models.IntegerField(default=0),
        ),
        migrations.AlterField(
            model_name='step',
            name='position',
            field=models.IntegerField(verbose_name='Место'),
        ),
        migrations.AlterField(
            model_name='step',
            name='priority',
            field=models.SmallIntegerField(verbose_name='Приоритет'),
        ),
        migrations.AlterField(
            model_name='step',
            name='remaining',
            field=models.IntegerField(),
        ),
        migrations.AlterField(
            model_name='step',
            name='rescues',
            field=models.SmallIntegerField(default=0, verbose_name='Спасений'),
        ),
        migrations.AlterField(
            model_name='step',
            name='status',
            field=executions.columns.StateField(choices=[(executions.engine.states.StepStatus['PENDING'], executions.engine.states.StepStatus['PENDING']), (executions.engine.states.StepStatus['READY'], executions.engine.states.StepStatus['READY']), (executions.engine.states.StepStatus['HELD'], executions.engine.states.StepStatus['HELD']), (executions.engine.states.StepStatus['DELAYED'], executions.engine.states.StepStatus['DELAYED']), (executions.engine.states.StepStatus['WAITING'], executions.engine.states.StepStatus['WAITING']), (executions.engine.states.StepStatus['RUNNING'], executions.engine.states.StepStatus['RUNNING']), (executions.engine.states.StepStatus['SUCCEEDED'], executions.engine.states.StepStatus['SUCCEEDED']), (executions.engine.states.StepStatus['FAILED'], executions.engine.states.StepStatus['FAILED']), (executions.engine.states.StepStatus['SKIPPED'], executions.engine.states.StepStatus['SKIPPED']), (executions.engine.states.StepStatus['CANCELLED'], executions.engine.states.StepStatus['CANCELLED']), (executions.engine.states.StepStatus['DROPPED'], executions.engine.states.StepStatus['DROPPED'])], domain='step_status', max_length=12, verbose_name='Состояние'),
        ),
        migrations.AlterField(
            model_name='step',
            name='tries',
            field=models.IntegerField(default=0, verbose_name='Неудач'),
        ),
    ]
