import { useState } from "react";
import { ApiError } from "../api/client";
import type { Workflow } from "../api/shapes";
import { Button } from "../parts/Button";
import { Dialog } from "../parts/Dialog";
import { t } from "../texts";
import { unpublish } from "./useWorkflow";

interface Props {
  workflow: Workflow;
  onClose: () => void;
  onUnpublished: (workflow: Workflow) => void;
}

/** Asked before nothing can start a workflow any more. */
export function UnpublishDialog({ workflow, onClose, onUnpublished }: Props) {
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const go = async () => {
    setBusy(true);
    try {
      onUnpublished(await unpublish(workflow.id));
    } catch (error) {
      setRefusal(error instanceof ApiError ? error.message : String(error));
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={t("unpublish")}
      onClose={onClose}
      buttons={
        <>
          <Button label={t("cancel")} onClick={onClose} />
          <Button label={t("unpublish")} icon="unpublish" tone="danger" disabled={isBusy} onClick={go} />
        </>
      }
    >
      <p>{t("unpublishAbout")}</p>
      {refusal && <p className="nyd-wrong" role="alert">{refusal}</p>}
    </Dialog>
  );
}
