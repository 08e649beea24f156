import { useEffect, useState } from "react";
import { ApiError, get } from "../api/client";
import type { Problem, Workflow } from "../api/shapes";
import { Button } from "../parts/Button";
import { Dialog } from "../parts/Dialog";
import { t } from "../texts";
import { Shadows } from "./Shadows";
import { publish } from "./useWorkflow";

interface Part {
  added: { id?: string; data?: { label?: string } }[];
  removed: { id?: string; data?: { label?: string } }[];
  changed: { id: string; changes: { path: string; from: unknown; to: unknown }[] }[];
}

interface Gate {
  diff: { nodes: Part; edges: Part; definition: { path: string }[] } | null;
  open: number;
  schedules: number;
  hooks: number;
  listeners: number;
}

interface Props {
  workflow: Workflow;
  problems: Problem[];
  onClose: () => void;
  onPublished: (workflow: Workflow) => void;
  onShow: (nodeId: string) => void;
}

const HIDDEN = /(^|\.)position(\.|$)/;

/** The gate before a version goes to work: what is wrong, what has changed, and whom it concerns. */
export function PublishDialog({ workflow, problems, onClose, onPublished, onShow }: Props) {
  const [gate, setGate] = useState<Gate | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const hasErrors = problems.some((one) => one.severity === "error");
  useEffect(() => {
    look(workflow).then(setGate, (error) => setRefusal(error instanceof ApiError ? error.message : String(error)));
  }, [workflow]);
  const go = async () => {
    setBusy(true);
    try {
      onPublished(await publish(workflow));
    } catch (error) {
      setRefusal(error instanceof ApiError ? error.message : String(error));
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={t("publishVersion", { version: workflow.version })}
      onClose={onClose}
      wide
      buttons={<Button label={t("publish")} icon="publish" tone="main" disabled={hasErrors || isBusy} onClick={go} />}
    >
      <h3>{t("findings")}</h3>
      {problems.length === 0 && <p className="nyd-good">{t("noFindings")}</p>}
      <ul className="nyd-problems">
        {problems.map((one, place) => (
          <li key={place} className={`nyd-problem-${one.severity}`}>
            {one.nodeId ? (
              <button type="button" className="nyd-link" onClick={() => onShow(one.nodeId!)}>
                {labelIn(workflow, one.nodeId)}
              </button>
            ) : null}{" "}
            {one.message}
          </li>
        ))}
      </ul>
      {hasErrors && <p className="nyd-wrong">{t("errorsForbid")}</p>}
      <h3>{t("changes")}</h3>
      {workflow.publishedVersion === null ? <p>{t("firstPublication")}</p> : gate?.diff && <Changes gate={gate} workflow={workflow} />}
      {gate && (
        <>
          <h3>{t("concerns")}</h3>
          <ul className="nyd-plain-list">
            <li>{t("openRuns", { count: gate.open })}</li>
            <li>{t("schedules", { count: gate.schedules })}</li>
            <li>{t("hooks", { count: gate.hooks })}</li>
            {gate.listeners > 0 && <li>{t("listeners", { count: gate.listeners })}</li>}
          </ul>
        </>
      )}
      {workflow.publishedVersion !== null && !hasErrors && <Shadows workflow={workflow} />}
      {refusal && <p className="nyd-wrong" role="alert">{refusal}</p>}
    </Dialog>
  );
}

function Changes({ gate, workflow }: { gate: Gate; workflow: Workflow }) {
  const { nodes, edges, definition } = gate.diff!;
  const name = (one: { id?: string; data?: { label?: string } }) => one.data?.label ?? one.id ?? "";
  const changed = nodes.changed
    .map((one) => ({ id: one.id, changes: one.changes.filter((change) => !HIDDEN.test(change.path)) }))
    .filter((one) => one.changes.length > 0);
  const edgesChanged = edges.added.length + edges.removed.length + edges.changed.length;
  if (!nodes.added.length && !nodes.removed.length && !changed.length && !edgesChanged && !definition.length)
    return <p>{t("onlyPlaces")}</p>;
  return (
    <ul className="nyd-diff">
      {nodes.added.map((one) => (
        <li key={`+${one.id}`} className="nyd-added">+ {name(one)}</li>
      ))}
      {nodes.removed.map((one) => (
        <li key={`-${one.id}`} className="nyd-removed">− {name(one)}</li>
      ))}
      {changed.map((one) => (
        <li key={one.id}>
          <b>{labelIn(workflow, one.id)}</b>
          <ul>
            {one.changes.map((change) => (
              <li key={change.path}>
                <code>{change.path}</code> <del>{brief(change.from)}</del> → <ins>{brief(change.to)}</ins>
              </li>
            ))}
          </ul>
        </li>
      ))}
      {edgesChanged > 0 && (
        <li>{t("edgesChanged", { added: edges.added.length, removed: edges.removed.length, changed: edges.changed.length })}</li>
      )}
      {definition.map((one) => (
        <li key={one.path}>
          <code>{one.path}</code>
        </li>
      ))}
    </ul>
  );
}

const labelIn = (workflow: Workflow, id: string): string =>
  workflow.definition.nodes.find((one) => one.id === id)?.data?.label ?? id;

function brief(value: unknown): string {
  const text = value === null ? "—" : typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}

async function look(workflow: Workflow): Promise<Gate> {
  const { id, publishedVersion, version } = workflow;
  const open = ["queued", "running", "paused", "failing"].map((status) =>
    get<{ count: number }>(`/workflows/${id}/executions?status=${status}&pageSize=1`),
  );
  const isNewer = publishedVersion !== null && publishedVersion !== version;
  const [diff, schedules, triggers, ...counts] = await Promise.all([
    isNewer ? get(`/workflows/${id}/versions/diff?from=${publishedVersion}&to=${version}`) : null,
    get<{ results: { enabled?: boolean }[] }>(`/workflows/${id}/schedules`),
    get<{ path: string | null }[]>(`/workflows/${id}/triggers`),
    ...open,
  ]);
  const shown = diff ?? (publishedVersion === null ? null : { nodes: NONE, edges: NONE, definition: [] });
  return { diff: shown, schedules: schedules.results.length, hooks: triggers.filter((one) => one.path).length, listeners: triggers.filter((one) => !one.path).length, open: counts.reduce((sum, one) => sum + one.count, 0) };
}

const NONE: Part = { added: [], removed: [], changed: [] };
