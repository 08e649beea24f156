import type { JournalEvent, Step } from "../api/shapes";
import { type Definition, edgesOf } from "../model/definition";
import type { RunState } from "./useRun";

export type Kind = "queue" | "run" | "retry" | "rate" | "wait";
export const KINDS: readonly Kind[] = ["queue", "run", "retry", "rate", "wait"];

export interface Span {
  kind: Kind;
  from: number;
  to: number;
}

export interface Row {
  step: Step;
  spans: Span[];
  totals: Record<Kind, number>;
}

const ENDS = new Set(["step.succeeded", "step.failed", "step.cancelled", "step.delayed", "step.waiting", "step.rescued", "step.handed_back"]);
const time = (at: string | null | undefined): number => (at ? Date.parse(at) : NaN);

/** What each step has spent its time with. What comes before its first try is the queue's. */
export function rowsOf(run: RunState, definition: Definition, now: number): Row[] {
  const byStep = Map.groupBy([...run.events.values()].sort((one, other) => one.seq - other.seq), (one) => String(one.payload.stepId ?? ""));
  const ends = new Map<string, number>();
  for (const step of run.steps.values()) {
    const told = byStep.get(step.id)?.findLast((one) => one.type === "step.succeeded" || one.type === "step.failed");
    const end = time(told?.at ?? step.finishedAt);
    if (!Number.isNaN(end)) ends.set(step.nodeId, Math.max(end, ends.get(step.nodeId) ?? 0));
  }
  const began = time(run.execution?.startedAt ?? run.execution?.createdAt);
  const rows = [...run.steps.values()]
    .filter((step) => step.status !== "skipped" && step.status !== "dropped")
    .map((step) => {
      const sources = edgesOf(definition).filter((edge) => edge.target === step.nodeId);
      const before = Math.max(began, ...sources.map((edge) => ends.get(edge.source) ?? 0));
      return rowOf(step, byStep.get(step.id) ?? [], before, now);
    });
  return rows.sort((one, other) => (one.spans[0]?.from ?? Infinity) - (other.spans[0]?.from ?? Infinity));
}

function rowOf(step: Step, events: JournalEvent[], ready: number, now: number): Row {
  const spans: Span[] = [];
  let rest: { kind: Kind; from: number } | null = null;
  const add = (kind: Kind, from: number, to: number) => {
    if (to > from) spans.push({ kind, from, to });
  };
  for (const event of events) {
    if (!ENDS.has(event.type)) continue;
    const start = time(event.payload.startedAt);
    const end = time(event.at);
    if (!Number.isNaN(start)) {
      if (rest) add(rest.kind, rest.from, start);
      else if (!spans.length && Number.isFinite(ready)) add("queue", Math.min(ready, start), start);
      add("run", start, end);
    } else if (rest) add(rest.kind, rest.from, end); // cancelled in the middle of a rest
    rest = event.type === "step.succeeded" || event.type === "step.cancelled" ? null : { kind: kindAfter(event), from: end };
  }
  const start = time(step.startedAt);
  if (step.status === "running") {
    if (rest) add(rest.kind, rest.from, start);
    else if (Number.isFinite(ready)) add("queue", Math.min(ready, start), start);
    add("run", start, now);
  } else if (rest && (step.status === "delayed" || step.status === "waiting")) add(rest.kind, rest.from, now);
  else if (step.status === "ready" && Number.isFinite(ready)) add(rest ? "retry" : "queue", rest?.from ?? ready, now);
  const totals = { queue: 0, run: 0, retry: 0, rate: 0, wait: 0 };
  for (const span of spans) totals[span.kind] += span.to - span.from;
  return { step, spans, totals };
}

function kindAfter(event: JournalEvent): Kind {
  if (event.type === "step.waiting") return "wait";
  if (event.type === "step.delayed" && !event.payload.error) return "rate";
  return event.type === "step.handed_back" ? "queue" : "retry";
}
