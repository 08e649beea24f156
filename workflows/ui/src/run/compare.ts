import type { Definition } from "../model/definition";
import type { NodeState } from "../graph/NodeCard";
import { rowsOf } from "./spans";
import { type RunState, statesOf } from "./useRun";

/** How one node went in one run: `counts` are the items that left each output, `work` how long it has worked. */
export interface Went {
  state: NodeState;
  work: number;
  stepId: string | null;
}

export interface Difference {
  nodeId: string;
  label: string;
  one: Went | null;
  other: Went | null;
  /** Whether the state or the numbers of items differ. */
  differs: boolean;
}

/** Two runs beside each other, node by node, in the order of the definition. */
export function differences(one: RunState, other: RunState, definition: Definition): Difference[] {
  const [first, second] = [wentBy(one, definition), wentBy(other, definition)];
  const labels = new Map([...one.steps.values(), ...other.steps.values()].map((step) => [step.nodeId, step.label]));
  const order = [...new Set([...definition.nodes.map((node) => node.id), ...labels.keys()])];
  return order
    .filter((id) => first.has(id) || second.has(id))
    .map((id) => {
      const [a, b] = [first.get(id) ?? null, second.get(id) ?? null];
      return { nodeId: id, label: labels.get(id) ?? id, one: a, other: b, differs: told(a) !== told(b) };
    });
}

function wentBy(run: RunState, definition: Definition): Map<string, Went> {
  const work = new Map<string, number>();
  for (const row of rowsOf(run, definition, Date.now())) {
    work.set(row.step.nodeId, (work.get(row.step.nodeId) ?? 0) + row.totals.run);
  }
  const steps = new Map([...run.steps.values()].filter((step) => step.status !== "dropped").map((step) => [step.nodeId, step.id]));
  return new Map(
    [...statesOf(run)].map(([id, state]) => [id, { state, work: work.get(id) ?? 0, stepId: steps.get(id) ?? null }]),
  );
}

const told = (went: Went | null): string =>
  went === null ? "" : `${went.state.status} ${JSON.stringify(Object.entries(went.state.counts).sort())}`;

export interface ItemDifference {
  place: number;
  fields: string[];
}

/** Items of one output in two runs: where they differ, and in which fields; what is missing counts as a difference. */
export function itemsThatDiffer(one: unknown[], other: unknown[]): ItemDifference[] {
  const found: ItemDifference[] = [];
  for (let place = 0; place < Math.max(one.length, other.length); place += 1) {
    const [a, b] = [one[place], other[place]];
    if (JSON.stringify(a) === JSON.stringify(b)) continue;
    found.push({ place, fields: fieldsThatDiffer(a, b) });
  }
  return found;
}

function fieldsThatDiffer(one: unknown, other: unknown): string[] {
  const [a, b] = [asObject(one), asObject(other)];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => JSON.stringify(a[name]) !== JSON.stringify(b[name]));
}

const asObject = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
