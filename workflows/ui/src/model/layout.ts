import dagre from "@dagrejs/dagre";
import { type Definition, edgesOf } from "./definition";

export const NODE_WIDTH = 232;
const NODE_HEIGHT = 84;

/** Places for all nodes, from left to right along the edges. */
export function arranged(definition: Definition): Map<string, { x: number; y: number }> {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: "LR", nodesep: 46, ranksep: 90, marginx: 20, marginy: 20 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of definition.nodes) graph.setNode(node.id, { width: NODE_WIDTH, height: NODE_HEIGHT });
  for (const edge of edgesOf(definition)) {
    if (graph.hasNode(edge.source) && graph.hasNode(edge.target)) graph.setEdge(edge.source, edge.target);
  }
  dagre.layout(graph);
  const places = new Map<string, { x: number; y: number }>();
  for (const id of graph.nodes()) {
    const { x, y } = graph.node(id);
    places.set(id, { x: Math.round(x - NODE_WIDTH / 2), y: Math.round(y - NODE_HEIGHT / 2) });
  }
  return places;
}

/** Whether the stored places can be shown: every node has one, and most do not lie upon others. */
function isPlaced(definition: Definition): boolean {
  const places = definition.nodes.map((node) => node.position);
  if (places.some((place) => place?.x === undefined || place?.y === undefined)) return false;
  const covered = places.filter((one, at) =>
    places.some((other, beside) => at !== beside && Math.abs(one!.x - other!.x) < NODE_WIDTH && Math.abs(one!.y - other!.y) < 60),
  );
  return covered.length * 2 <= places.length;
}

/** Places to show instead of the stored ones, as long as nobody has moved anything; null where those will do. */
export function placesInstead(definition: Definition, opened: Definition): ReturnType<typeof arranged> | null {
  if (isPlaced(opened)) return null;
  const before = new Map(opened.nodes.map((node) => [node.id, node.position]));
  const isMoved = definition.nodes.some((node) => before.has(node.id) && before.get(node.id) !== node.position);
  return isMoved ? null : arranged(definition);
}
