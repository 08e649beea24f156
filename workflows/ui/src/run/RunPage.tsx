import { useCallback, useEffect, useMemo, useState } from "react";
import { all, ApiError, get } from "../api/client";
import type { Execution, NodeType } from "../api/shapes";
import { address, boot } from "../boot";
import { Canvas, NOTHING, type Selection } from "../graph/Canvas";
import { CatalogueContext, type Catalogue } from "../model/catalogue";
import type { Definition } from "../model/definition";
import { placesInstead } from "../model/layout";
import { Button } from "../parts/Button";
import { toggleFull } from "../parts/full";
import { Told, useTold } from "../parts/Told";
import { useDarkness } from "../parts/useDarkness";
import { duration, moment, t } from "../texts";
import { RunControls } from "./RunControls";
import { RunDock } from "./RunDock";
import { TicketLinks } from "./TicketLinks";
import { StepView } from "./StepView";
import { statesOf, useRun } from "./useRun";

interface Found {
  execution: Execution;
  definition: Definition;
  catalogue: Catalogue;
}

/** A run: its graph as it was drawn then, with states, times, data and journal. */
export function RunPage() {
  const [found, setFound] = useState<Found | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  useEffect(() => {
    load(boot.executionId!).then(setFound, (error) => setRefusal(error instanceof ApiError ? error.message : String(error)));
  }, []);
  if (refusal) return <p className="nyd-notice nyd-wrong" role="alert">{refusal}</p>;
  if (!found) return <p className="nyd-notice" role="status">{t("loading")}</p>;
  return (
    <CatalogueContext value={found.catalogue}>
      <View {...found} />
    </CatalogueContext>
  );
}

async function load(id: string): Promise<Found> {
  const execution = await get<Execution>(`/executions/${id}`);
  const [version, types] = await Promise.all([
    get<{ definition: Definition }>(`/workflows/${execution.workflowId}/versions/${execution.versionId}`),
    all<NodeType>("/node-types"),
  ]);
  return { execution, definition: version.definition, catalogue: new Map(types.map((one) => [one.type, one])) };
}

const NO_PROBLEMS: never[] = [];

function View({ execution, definition }: Found) {
  const isDark = useDarkness();
  const run = useRun(execution.id);
  const places = useMemo(() => placesInstead(definition, definition), [definition]);
  const states = useMemo(() => statesOf(run), [run]);
  const [selection, setSelection] = useState<Selection>(NOTHING);
  const [stepId, setStepId] = useState<string | null>(null);
  const [retry, setRetry] = useState<string | null>(null);
  const [told, tell] = useTold();
  const chosen = selection.nodes.size === 1 ? [...selection.nodes][0] : undefined;
  const steps = [...run.steps.values()].filter((one) => one.nodeId === chosen && one.status !== "dropped");
  const step = steps.find((one) => one.id === stepId) ?? steps.find((one) => one.status === "failed") ?? steps.at(-1);
  const choose = useCallback(
    (id: string) => {
      setStepId(id);
      const nodeId = run.steps.get(id)?.nodeId;
      if (nodeId) setSelection({ nodes: new Set([nodeId]), edges: new Set() });
    },
    [run.steps],
  );
  const shown = run.execution ?? execution;
  return (
    <div className="nyd-editor">
      <header className="nyd-toolbar">
        <a className="nyd-back" href={address("execution", execution.id)} aria-label={t("backToRun")} title={t("backToRun")}>
          ←
        </a>
        <h2>
          {shown.origin === "test" && <span className="nyd-chip">{t("testRun")}</span>} {shown.workflowName} <small>{shown.workflowCode} · {shown.versionLabel}</small>
        </h2>
        <span className="nyd-when">
          {moment(shown.startedAt ?? shown.createdAt)}
          {shown.finishedAt && ` · ${duration(Date.parse(shown.finishedAt) - Date.parse(shown.createdAt))}`}
        </span>
        <span className="nyd-grow" />
        <RunControls
          run={run}
          retry={retry}
          onRetry={setRetry}
          onStarted={(started) => started.id !== execution.id && window.location.assign(address("run", started.id))}
          onRefused={tell}
        />
        <TicketLinks executionId={execution.id} steps={run.steps.values()} />
        <Button label={t("fullScreen")} icon="full" bare tone="quiet" onClick={toggleFull} />
        {shown.retryOf && (
          <a className="nyd-button nyd-quiet" href={address("run", shown.retryOf)}>
            {t("retriedRun")}
          </a>
        )}
        <a className="nyd-button nyd-plain" href={address("editor", shown.workflowId)}>
          {t("openEditor")}
        </a>
      </header>
      <div className="nyd-middle">
        <div className="nyd-center">
          <div className="nyd-canvas">
            <Canvas
              definition={definition}
              places={places}
              problems={NO_PROBLEMS}
              states={states}
              selection={selection}
              isDark={isDark}
              onSelect={setSelection}
              onReady={() => undefined}
              edit={null}
            />
          </div>
          <RunDock run={run} definition={definition} chosen={step?.id ?? null} onChoose={choose} />
        </div>
        {step && (
          <aside className="nyd-inspector" aria-label={t("inspector")} data-inspects={step.nodeId}>
            <header>
              <b>{step.label}</b>
              <span className="nyd-grow" />
              <Button label={t("close")} icon="close" bare tone="quiet" onClick={() => setSelection(NOTHING)} />
            </header>
            <div className="nyd-inspector-body">
              <StepView
                executionId={execution.id}
                step={step}
                steps={steps}
                onChoose={setStepId}
                onRetry={boot.may["execution.control"] && shown.finishedAt ? setRetry : null}
              />
            </div>
          </aside>
        )}
      </div>
      <Told told={told} />
    </div>
  );
}
