import { useState } from "react";
import { boot } from "../boot";
import { CatalogueContext } from "../model/catalogue";
import { t } from "../texts";
import { Editor } from "./Editor";
import { useStored } from "./useWorkflow";

/** Fetches what the editor needs, and shows it when all is there. */
export function EditorPage() {
  const [opening, setOpening] = useState(0);
  return <Opened key={opening} onReload={() => setOpening(opening + 1)} />;
}

function Opened({ onReload }: { onReload: () => void }) {
  const { workflow, setWorkflow, catalogue, refusal } = useStored(boot.workflowId);
  if (refusal) return <p className="nyd-notice nyd-wrong" role="alert">{refusal}</p>;
  if (!workflow) return <p className="nyd-notice" role="status">{t("loading")}</p>;
  return (
    <CatalogueContext value={catalogue}>
      <Editor workflow={workflow} setWorkflow={setWorkflow} onReload={onReload} />
    </CatalogueContext>
  );
}
