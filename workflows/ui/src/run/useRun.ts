import { useCallback, useEffect, useMemo, useReducer, useState } from "react";
import { get } from "../api/client";
import { Live, type Connection } from "../api/live";
import type { Execution, JournalEvent, Step } from "../api/shapes";
import type { NodeState } from "../graph/NodeCard";

export interface RunState {
  execution: Execution | null;
  steps: Map<string, Step>;
  events: Map<number, JournalEvent>;
}

type Act =
  | { do: "snapshot"; execution: Execution; steps: Step[]; first: boolean }
  | { do: "row"; execution: Execution }
  | { do: "events"; events: JournalEvent[]; past: boolean }
  | { do: "hint"; step: string; attempt: number; startedAt: string }
  | { do: "clear" };

const EMPTY: RunState = { execution: null, steps: new Map(), events: new Map() };
const STEP_KEYS = ["status", "attempt", "startedAt", "finishedAt", "error"] as const;

function reduce(state: RunState, act: Act): RunState {
  switch (act.do) {
    case "clear":
      return EMPTY;
    case "snapshot": {
      const steps = new Map(act.first ? [] : state.steps);
      for (const step of act.steps) steps.set(step.id, step);
      return { ...state, execution: act.execution, steps };
    }
    case "row": {
      // It was asked for beside the socket, which may have told more by now, or of another run.
      const isNews = state.execution?.id === act.execution.id && state.execution.seq <= act.execution.seq;
      return isNews ? { ...state, execution: act.execution } : state;
    }
    case "hint": {
      const step = state.steps.get(act.step);
      if (!step) return state;
      const running = { ...step, status: "running", attempt: act.attempt, startedAt: act.startedAt, finishedAt: null };
      return { ...state, steps: new Map(state.steps).set(act.step, running) };
    }
    case "events": {
      const events = new Map(state.events);
      for (const event of act.events) events.set(event.seq, event);
      return act.past ? { ...state, events } : act.events.reduce(applied, { ...state, events });
    }
  }
}

/** What a line of the journal changes in the picture. */
function applied(state: RunState, event: JournalEvent): RunState {
  const { payload, type } = event;
  if (type.startsWith("step.") && payload.stepId) {
    const before = state.steps.get(payload.stepId);
    const step = { id: payload.stepId, nodeId: payload.nodeId, label: payload.label, ...before } as any;
    for (const key of STEP_KEYS) if (payload[key] !== undefined) step[key] = payload[key];
    if (payload.error === undefined) step.error = null;
    return { ...state, steps: new Map(state.steps).set(payload.stepId, step) };
  }
  if (type.startsWith("execution.") && state.execution && payload.status) {
    const finishedAt = ["succeeded", "failed", "stopped"].includes(payload.status) ? event.at : null;
    const error = payload.error ?? (finishedAt ? state.execution.error : null);
    return { ...state, execution: { ...state.execution, status: payload.status, finishedAt, error, seq: event.seq } };
  }
  return state;
}

export interface Run extends RunState {
  connection: Connection;
  /** Asks for the run's own row again: some moves are told shortly. */
  refresh: () => void;
}

/** A run as it goes on, from its first line to the present one. */
export function useRun(id: string | null): Run {
  const [state, act] = useReducer(reduce, EMPTY);
  const [connection, setConnection] = useState<Connection>("connecting");
  useEffect(() => {
    act({ do: "clear" });
    if (!id) return;
    let isHere = true;
    let isFresh = true;
    const live = new Live(id, {
      snapshot: (execution, steps, more, first) => {
        act({ do: "snapshot", execution, steps, first });
        // What was written before the snapshot is asked for after it, so that no line can fall in between.
        if (!more && isFresh) void past(id, (events) => isHere && act({ do: "events", events, past: true }));
        isFresh = isFresh && more;
      },
      event: (event) => act({ do: "events", events: [event], past: false }),
      hint: ({ step, attempt, startedAt }) => act({ do: "hint", step, attempt, startedAt }),
      connection: setConnection,
    });
    return () => {
      isHere = false;
      live.close();
    };
  }, [id]);
  const refresh = useCallback(() => {
    if (id) void get<Execution>(`/executions/${id}`).then((execution) => act({ do: "row", execution }));
  }, [id]);
  const isOver = state.execution?.id === id && state.execution?.finishedAt;
  useEffect(() => {
    if (isOver) refresh();
  }, [isOver, refresh]);
  return useMemo(() => ({ ...state, connection, refresh }), [state, connection, refresh]);
}

async function past(id: string, take: (events: JournalEvent[]) => void): Promise<void> {
  for (let since = 0; ; ) {
    const { results, next } = await get<{ results: JournalEvent[]; next: unknown }>(`/executions/${id}/events?since=${since}`);
    take(results);
    if (!next || !results.length) return;
    since = results.at(-1)!.seq;
  }
}

const WEIGHT = ["failed", "running", "delayed", "waiting", "ready", "held", "pending", "cancelled", "succeeded", "skipped"];

/** The state of each node: of several passes of a loop the one that matters most. */
export function statesOf(run: RunState): Map<string, NodeState> {
  const counts = new Map<string, Record<string, number>>();
  for (const event of run.events.values()) {
    if (event.type === "step.succeeded" && event.payload.ports) counts.set(event.payload.stepId, event.payload.ports);
  }
  const states = new Map<string, NodeState>();
  const live = [...run.steps.values()].filter((step) => step.status !== "dropped");
  for (const [nodeId, steps] of Map.groupBy(live, (step) => step.nodeId)) {
    const worst = steps.reduce((one, other) => (WEIGHT.indexOf(other.status) < WEIGHT.indexOf(one.status) ? other : one));
    const sums: Record<string, number> = {};
    for (const step of steps) {
      if (step.status !== "succeeded") continue;
      for (const [port, count] of Object.entries(counts.get(step.id) ?? {})) sums[port] = (sums[port] ?? 0) + count;
    }
    const message = worst.error?.message ?? null;
    states.set(nodeId, { status: worst.status, attempt: worst.attempt, message, counts: sums, passes: steps.length });
  }
  return states;
}
