"""How large the seller was when a workflow last asked, as its dataset of campaigns tells."""

from __future__ import annotations

from uuid import UUID

from integrations.models import DatasetRow
from integrations.wildberries.forecast import Size

CAMPAIGNS = "wb-get-campaigns"


def size_of_last_run(workflow_id: UUID) -> Size | None:
    """Campaigns and articles that the newest run of the workflow has stored; None when there is no such run."""
    rows = DatasetRow.objects.filter(dataset__workflow_id=workflow_id, dataset__node_type=CAMPAIGNS)
    newest = rows.order_by("-stored_at", "-id").values_list("dataset_id", "execution_id").first()
    if newest is None:
        return None
    dataset, execution = newest
    told = DatasetRow.objects.filter(dataset_id=dataset, execution_id=execution).values_list("payload", flat=True)
    articles = [len(campaign.get("nmIds") or ()) for campaign in told]
    return Size(campaigns=len(articles), pairs=sum(articles))
