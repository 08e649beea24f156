/** A definition as it is stored. Every function gives a new one and keeps keys that it does not know. */
export interface RawNode {
  id: string;
  type: string;
  position?: { x: number; y: number };
  data?: { label?: string; config?: Record<string, unknown>; settings?: Record<string, unknown>; [key: string]: unknown };
  [key: string]: unknown;
}

export interface RawEdge {
  id?: string;
  source: string;
  target: string;
  sourceHandle?: string | null;
  targetHandle?: string | null;
  [key: string]: unknown;
}

export interface RawNote {
  id: string;
  position: { x: number; y: number };
  text: string;
}

export interface Definition {
  nodes: RawNode[];
  edges?: RawEdge[];
  notes?: RawNote[];
  [key: string]: unknown;
}

export const labelOf = (node: RawNode): string => node.data?.label || node.id;
export const configOf = (node: RawNode): Record<string, unknown> => node.data?.config ?? {};
export const settingsOf = (node: RawNode): Record<string, unknown> => node.data?.settings ?? {};
export const edgesOf = (definition: Definition): RawEdge[] => definition.edges ?? [];
export const notesOf = (definition: Definition): RawNote[] => definition.notes ?? [];

/** Edges need no id in a definition, but on the screen they do. */
export const edgeKey = (edge: RawEdge, place: number): string => edge.id ?? `#${place}`;

/** How far a note is put from another that lies in its place already. */
const ASIDE = 24;

export interface Taken {
  nodes: RawNode[];
  edges: RawEdge[];
}

function freeName(taken: Set<string>, stem: string): string {
  for (let number = 1; ; number += 1) {
    const name = `${stem}-${number}`;
    if (!taken.has(name)) return name;
  }
}

export function addNode(definition: Definition, node: Omit<RawNode, "id">): [Definition, string] {
  const id = freeName(new Set(definition.nodes.map((one) => one.id)), "node");
  return [{ ...definition, nodes: [...definition.nodes, { id, ...node } as RawNode] }, id];
}

export function addNote(definition: Definition, position: { x: number; y: number }): Definition {
  const notes = notesOf(definition);
  const id = freeName(new Set(notes.map((one) => one.id)), "note");
  const place = { ...position };
  while (notes.some((one) => one.position.x === place.x && one.position.y === place.y)) {
    place.x += ASIDE;
    place.y += ASIDE;
  }
  return { ...definition, notes: [...notes, { id, position: place, text: "" }] };
}

export function connect(definition: Definition, edge: Omit<RawEdge, "id">): Definition {
  const edges = edgesOf(definition);
  const isThere = edges.some(
    (one) =>
      one.source === edge.source &&
      one.target === edge.target &&
      (one.sourceHandle ?? null) === (edge.sourceHandle ?? null) &&
      (one.targetHandle ?? null) === (edge.targetHandle ?? null),
  );
  if (isThere) return definition;
  const id = freeName(new Set(edges.map((one) => one.id ?? "")), "edge");
  return { ...definition, edges: [...edges, { id, ...edge } as RawEdge] };
}

/** Takes away nodes with their edges, edges by their key, and notes. */
export function remove(definition: Definition, nodes: Set<string>, edges: Set<string>): Definition {
  const kept: Definition = {
    ...definition,
    nodes: definition.nodes.filter((node) => !nodes.has(node.id)),
    edges: edgesOf(definition).filter(
      (edge, place) => !edges.has(edgeKey(edge, place)) && !nodes.has(edge.source) && !nodes.has(edge.target),
    ),
  };
  if (definition.notes) kept.notes = definition.notes.filter((note) => !nodes.has(note.id));
  return kept;
}

export function changeNode(definition: Definition, id: string, change: (node: RawNode) => RawNode): Definition {
  return { ...definition, nodes: definition.nodes.map((node) => (node.id === id ? change(node) : node)) };
}

export function changeNote(definition: Definition, id: string, text: string): Definition {
  return { ...definition, notes: notesOf(definition).map((note) => (note.id === id ? { ...note, text } : note)) };
}

export function move(definition: Definition, places: Map<string, { x: number; y: number }>): Definition {
  const put = <T extends { id: string }>(one: T): T =>
    places.has(one.id) ? { ...one, position: { ...(one as any).position, ...places.get(one.id) } } : one;
  const moved: Definition = { ...definition, nodes: definition.nodes.map(put) };
  if (definition.notes) moved.notes = definition.notes.map(put);
  return moved;
}

/** Nodes and the edges between them, to be put down elsewhere. */
export function take(definition: Definition, nodes: Set<string>): Taken {
  return {
    nodes: definition.nodes.filter((node) => nodes.has(node.id)),
    edges: edgesOf(definition).filter((edge) => nodes.has(edge.source) && nodes.has(edge.target)),
  };
}

/** Puts copies down with ids of their own, a little aside. Returns them too. */
export function put(definition: Definition, taken: Taken): [Definition, Set<string>] {
  const names = new Map<string, string>();
  let next = definition;
  for (const node of taken.nodes) {
    const { id, ...rest } = structuredCloneExact(node);
    const position = { x: (rest.position?.x ?? 0) + 40, y: (rest.position?.y ?? 0) + 60 };
    const [grown, made] = addNode(next, { ...rest, position } as Omit<RawNode, "id">);
    names.set(id, made);
    next = grown;
  }
  for (const edge of taken.edges) {
    const { id: _id, ...rest } = edge;
    next = connect(next, { ...rest, source: names.get(edge.source)!, target: names.get(edge.target)! });
  }
  return [next, new Set(names.values())];
}

const structuredCloneExact = <T>(value: T): T => ({ ...value });

/** Nodes from which data can reach this one, the nearest first. */
export function upstream(definition: Definition, id: string): RawNode[] {
  const found = new Map<string, RawNode>();
  const byId = new Map(definition.nodes.map((node) => [node.id, node]));
  let edge = [id];
  while (edge.length) {
    const before = edgesOf(definition)
      .filter((one) => edge.includes(one.target))
      .map((one) => one.source);
    edge = [...new Set(before)].filter((one) => !found.has(one) && byId.has(one) && one !== id);
    for (const one of edge) found.set(one, byId.get(one)!);
  }
  return [...found.values()];
}
