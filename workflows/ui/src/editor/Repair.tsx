import type { Proposal } from "../api/shapes";
import { Button } from "../parts/Button";
import { t } from "../texts";

/** A proposal in words, and the button that draws it. It is a change like any other: it can be undone. */
export function Repair({ proposal, onRepair }: { proposal: Proposal; onRepair: (proposal: Proposal) => void }) {
  const { source, target } = proposal;
  return (
    <div className="nyd-repair">
      <span>{target === null ? t("repairNotify", { source }) : t("repairLink", { source, target })}</span>
      <Button label={t("repairGo")} icon="repair" onClick={() => onRepair(proposal)} />
    </div>
  );
}
