import { useEffect, useState } from "react";
import { get } from "../api/client";
import type { Definition } from "../model/definition";
import { OPEN_RUN } from "../parts/state";
import { Tabs } from "../parts/Tabs";
import { t } from "../texts";
import { NodeList } from "../graph/NodeList";
import { Compare } from "./Compare";
import { LogView } from "./LogView";
import { ErrorBox } from "./StepView";
import { Timeline } from "./Timeline";
import { type Run, statesOf } from "./useRun";

interface Props {
  run: Run;
  definition: Definition;
  chosen: string | null;
  onChoose: (stepId: string) => void;
}

const NO_PROBLEMS: never[] = [];
const TABS = ["timeline", "log", "why", "compare", "nodes"] as const;

/** Below the graph: where the time went, what happened, and what is waited for. */
export function RunDock({ run, definition, chosen, onChoose }: Props) {
  const [tab, setTab] = useState<(typeof TABS)[number]>("timeline");
  const { execution } = run;
  const newest = Math.max(0, ...run.events.keys());
  if (!execution) return <section className="nyd-dock" aria-busy="true" />;
  return (
    <section className="nyd-dock" aria-label={t("run")}>
      <Tabs names={TABS} shown={tab} onChoose={(name) => setTab(name as typeof tab)} />
      <div className="nyd-dock-body" role="tabpanel" tabIndex={0} aria-label={t(`tab_${tab}`)}>
        {execution.error && (tab === "timeline" || tab === "why") && <ErrorBox error={execution.error} />}
        {tab === "timeline" && <Timeline run={run} definition={definition} chosen={chosen} onChoose={onChoose} />}
        {tab === "log" && (
          <LogView executionId={execution.id} newest={newest} steps={run.steps} onChoose={onChoose} />
        )}
        {tab === "compare" && <Compare key={execution.id} run={run} definition={definition} />}
        {tab === "nodes" && (
          <NodeList
            definition={definition}
            problems={NO_PROBLEMS}
            states={statesOf(run)}
            chosen={run.steps.get(chosen ?? "")?.nodeId ?? null}
            onChoose={(nodeId) => {
              const step = [...run.steps.values()].findLast((one) => one.nodeId === nodeId && one.status !== "dropped");
              if (step) onChoose(step.id);
            }}
          />
        )}
        {tab === "why" && <Why executionId={execution.id} newest={newest} isOpen={OPEN_RUN.has(execution.status)} />}
      </div>
    </section>
  );
}

function Why({ executionId, newest, isOpen }: { executionId: string; newest: number; isOpen: boolean }) {
  const [reasons, setReasons] = useState<{ sentence: string }[] | null>(null);
  useEffect(() => {
    const ask = () =>
      get<{ reasons: { sentence: string }[] }>(`/executions/${executionId}/why`).then(
        (answer) => setReasons(answer.reasons),
        () => setReasons([]),
      );
    void ask();
    const timer = isOpen ? window.setInterval(ask, 5000) : undefined;
    return () => window.clearInterval(timer);
  }, [executionId, newest, isOpen]);
  return (
    <ul className="nyd-why" aria-live="polite">
      {reasons?.map((one, place) => <li key={place}>{one.sentence}</li>)}
    </ul>
  );
}
