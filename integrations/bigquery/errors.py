"""What can go wrong with BigQuery, by what cures it. `details.answer` is what Google says: it holds no secret."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from integrations.errors import CircuitOpen, OutboundError, Refused


class Resting(CircuitOpen):
    """BigQuery is away, overloaded or over a quota: nothing is lost, and waiting is no failure."""

    code = "bigquery_rests"
    message = _("BigQuery сейчас не принимает запросы: они будут повторены")


class NotConfigured(Refused):
    """There is no project of Google Cloud."""

    code = "bigquery_not_configured"
    message = _("BigQuery не подключён: задайте GCP_PROJECT_ID и доступ к проекту")


class AccessMissing(OutboundError):
    """No credentials, expired ones, or a role is missing."""

    code = "bigquery_access_missing"
    message = _("Нет доступа к BigQuery: проверьте GOOGLE_APPLICATION_CREDENTIALS и роли сервисного аккаунта")


class PlaceMissing(OutboundError):
    """The table, dataset or project is not there."""

    code = "bigquery_not_found"
    message = _("В BigQuery нет такой таблицы, набора данных или проекта")


class JobFailed(OutboundError):
    """The job ran and failed for a reason that lies with BigQuery: another one may succeed."""

    code = "bigquery_job_failed"
    message = _("Задание BigQuery не удалось: его можно повторить")


class OrderRefused(Refused):
    """The query or the rows are wrong, and would be wrong again."""

    code = "bigquery_refused"
    message = _("BigQuery отклонил запрос: исправьте его текст, параметры или таблицу")
