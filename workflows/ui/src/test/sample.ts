import type { Items } from "../api/shapes";
import { type Definition, edgesOf, labelOf, type RawNode, upstream } from "../model/definition";

/** The data on which expressions of a node are tried. */
export interface Sample {
  items: unknown[];
  nodes: Record<string, unknown[]>;
}

const MOST = 20;

/** What reaches the node by its edges, and what earlier nodes gave, as far as that is pinned or known from a run. */
export function sampleFor(definition: Definition, node: RawNode, known: Map<string, Items>): Sample {
  const items = edgesOf(definition)
    .filter((edge) => edge.target === node.id)
    .flatMap((edge) => itemsOf(known.get(edge.source), edge.sourceHandle));
  const earlier = upstream(definition, node.id).filter((one) => known.has(one.id));
  return {
    items: items.slice(0, MOST),
    nodes: Object.fromEntries(earlier.map((one) => [labelOf(one), itemsOf(known.get(one.id), null).slice(0, MOST)])),
  };
}

function itemsOf(ports: Items | undefined, handle: string | null | undefined): unknown[] {
  if (!ports) return [];
  if (handle) return ports[handle] ?? ports[`${handle}[0]`] ?? [];
  return Object.values(ports)[0] ?? [];
}
