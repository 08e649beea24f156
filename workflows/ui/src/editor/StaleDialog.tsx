import { useEffect, useState } from "react";
import { get } from "../api/client";
import type { Workflow } from "../api/shapes";
import { Button } from "../parts/Button";
import { Dialog } from "../parts/Dialog";
import { moment, t } from "../texts";

interface Props {
  workflow: Workflow;
  onReload: () => void;
  onOverwrite: (version: number) => void;
  onClose: () => void;
}

interface Version {
  number: number;
  createdAt: string;
  createdBy: string | null;
}

/** Somebody has saved since this page was opened: whose work it is, and what can be done now. */
export function StaleDialog({ workflow, onReload, onOverwrite, onClose }: Props) {
  const [newest, setNewest] = useState<Version | null>(null);
  useEffect(() => {
    void get<{ results: Version[] }>(`/workflows/${workflow.id}/versions?pageSize=1`).then((page) =>
      setNewest(page.results[0] ?? null),
    );
  }, [workflow.id]);
  return (
    <Dialog
      title={t("staleTitle")}
      onClose={onClose}
      buttons={
        <>
          <Button label={t("staleReload")} onClick={onReload} />
          <Button
            label={t("staleOverwrite")}
            tone="danger"
            disabled={!newest}
            onClick={() => onOverwrite(newest!.number)}
          />
        </>
      }
    >
      <p>
        {newest
          ? t("staleWho", { version: newest.number, who: newest.createdBy ?? "—", at: moment(newest.createdAt) })
          : t("loading")}
      </p>
      <p>{t("staleAbout", { version: workflow.version })}</p>
    </Dialog>
  );
}
