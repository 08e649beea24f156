import {
  applyNodeChanges,
  type Connection,
  Controls,
  type Edge,
  MarkerType,
  MiniMap,
  type Node,
  type NodeChange,
  ReactFlow,
  type ReactFlowInstance,
} from "@xyflow/react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Problem } from "../api/shapes";
import { useCatalogue } from "../model/catalogue";
import { type Definition, edgeKey, edgesOf, notesOf } from "../model/definition";
import { mayConnect, portsOf } from "../model/ports";
import { t } from "../texts";
import { NodeCard, type NodeState } from "./NodeCard";
import { NoteCard } from "./NoteCard";
import { Backdrop } from "./Backdrop";
import { useInSight } from "./useInSight";

export interface Selection {
  nodes: Set<string>;
  edges: Set<string>;
}

export const NOTHING: Selection = { nodes: new Set(), edges: new Set() };

interface Props {
  definition: Definition;
  /** Where nodes are shown, if not where the definition has them. */
  places: Map<string, { x: number; y: number }> | null;
  problems: Problem[];
  states: Map<string, NodeState>;
  /** The nodes whose data are pinned. */
  pinned?: ReadonlyMap<string, unknown>;
  selection: Selection;
  isDark: boolean;
  onSelect: (selection: Selection) => void;
  onReady: (instance: ReactFlowInstance) => void;
  edit: null | {
    move: (places: Map<string, { x: number; y: number }>) => void;
    connect: (connection: Connection) => void;
    note: (id: string, text: string) => void;
    drop: (type: string, position: { x: number; y: number }) => void;
  };
}

const NODE_TYPES = { card: NodeCard, note: NoteCard };
export const DRAGGED = "application/x-naryad-node";
/** From here on shadows are left out. */
const MANY = 80;
/** From here on what is out of sight is not drawn; below it, looking for that costs more than it saves. */
const VERY_MANY = 400;
const NO_PROBLEMS: Problem[] = [];
const NOTHING_PINNED: ReadonlyMap<string, unknown> = new Map();

/** The graph. Without `edit` it can be looked at, but not changed. */
export function Canvas({ definition, places, problems, states, pinned = NOTHING_PINNED, selection, isDark, onSelect, onReady, edit }: Props) {
  const catalogue = useCatalogue();
  const flow = useRef<ReactFlowInstance | null>(null);
  // An empty graph is not fitted later: the first node stays where it is dropped.
  const [wasDrawn] = useState(definition.nodes.length > 0);
  const wanted = useMemo(
    () => nodesOf(definition, catalogue, problems, states, pinned, selection, places, edit?.note ?? null),
    [definition, catalogue, problems, states, pinned, selection, places, edit?.note],
  );
  // While something is dragged its place is known only here; the definition learns it when it is let go.
  const [shown, setShown] = useState<Node[]>(wanted);
  useEffect(() => {
    setShown((before) => {
      const known = new Map(before.map((node) => [node.id, node]));
      return wanted.map((node) => keepMeasures(node, known.get(node.id)));
    });
  }, [wanted]);
  const edges = useMemo(() => edgesShown(definition, problems, states, selection), [definition, problems, states, selection]);

  const change = useCallback((changes: NodeChange[]) => {
    const visible = changes.filter((one) => one.type === "position" || one.type === "dimensions");
    if (visible.length) setShown((before) => applyNodeChanges(visible, before));
    const choices = changes.filter((one) => one.type === "select");
    if (choices.length) onSelect(chosen(selection, "nodes", choices));
  }, [onSelect, selection]);

  const surface = useInSight(flow, selection.nodes);

  return (
    <ReactFlow
      ref={surface}
      className={definition.nodes.length > MANY ? "nyd-many" : undefined}
      nodes={shown}
      edges={edges}
      nodeTypes={NODE_TYPES}
      colorMode={isDark ? "dark" : "light"}
      minZoom={0.1}
      maxZoom={2}
      fitView={wasDrawn}
      fitViewOptions={{ padding: 0.2, maxZoom: 1 }}
      onlyRenderVisibleElements={definition.nodes.length > VERY_MANY}
      nodesConnectable={edit !== null}
      nodesDraggable={edit !== null}
      deleteKeyCode={null}
      selectionKeyCode="Shift"
      multiSelectionKeyCode={["Control", "Meta", "Shift"]}
      ariaLabelConfig={{
        "node.a11yDescription.default": t("nodeHelp"),
        "edge.a11yDescription.default": t("edgeHelp"),
        "controls.ariaLabel": t("view"),
        "controls.zoomIn.ariaLabel": t("zoomIn"),
        "controls.zoomOut.ariaLabel": t("zoomOut"),
        "controls.fitView.ariaLabel": t("fit"),
        "controls.interactive.ariaLabel": t("lock"),
        "minimap.ariaLabel": t("miniMap"),
      }}
      proOptions={{ hideAttribution: false }}
      onInit={(instance) => {
        flow.current = instance;
        onReady(instance);
      }}
      onNodesChange={change}
      onEdgesChange={(changes) => {
        const choices = changes.filter((one) => one.type === "select");
        if (choices.length) onSelect(chosen(selection, "edges", choices));
      }}
      onNodeDragStop={(_event, _node, dragged) =>
        edit?.move(new Map(dragged.map((one) => [one.id, { x: Math.round(one.position.x), y: Math.round(one.position.y) }])))
      }
      isValidConnection={(link) => {
        const typeOf = (id: string) => catalogue.get(definition.nodes.find((one) => one.id === id)?.type ?? "");
        return link.source !== link.target && mayConnect(typeOf(link.source), typeOf(link.target));
      }}
      onConnect={(connection) => edit?.connect(connection)}
      onDragOver={(event) => edit && event.preventDefault()}
      onDrop={(event) => {
        const type = event.dataTransfer.getData(DRAGGED);
        if (!type || !edit || !flow.current) return;
        event.preventDefault();
        edit.drop(type, flow.current.screenToFlowPosition({ x: event.clientX - 110, y: event.clientY - 25 }));
      }}
    >
      <Backdrop />
      <Controls showInteractive={false} />
      {definition.nodes.length > 6 && <MiniMap pannable zoomable ariaLabel={t("miniMap")} />}
    </ReactFlow>
  );
}

function nodesOf(
  definition: Definition,
  catalogue: ReturnType<typeof useCatalogue>,
  problems: Problem[],
  states: Map<string, NodeState>,
  pinned: ReadonlyMap<string, unknown>,
  selection: Selection,
  places: Map<string, { x: number; y: number }> | null,
  note: ((id: string, text: string) => void) | null,
): Node[] {
  const byNode = Map.groupBy(problems, (one) => one.nodeId ?? "");
  const cards = definition.nodes.map((node): Node => {
    const type = catalogue.get(node.type);
    return {
      id: node.id,
      type: "card",
      position: places?.get(node.id) ?? node.position ?? { x: 0, y: 0 },
      selected: selection.nodes.has(node.id),
      ariaLabel: `${node.data?.label ?? node.id}, ${type?.title ?? node.type}`,
      data: {
        node,
        type,
        ports: portsOf(node, type, definition),
        problems: byNode.get(node.id) ?? NO_PROBLEMS,
        state: states.get(node.id) ?? null,
        isPinned: pinned.has(node.id),
      },
    };
  });
  const notes = notesOf(definition).map((one): Node => ({
    id: one.id,
    type: "note",
    position: one.position,
    selected: selection.nodes.has(one.id),
    zIndex: -1,
    data: { note: one, change: note },
  }));
  return [...notes, ...cards];
}

function keepMeasures(node: Node, known: Node | undefined): Node {
  return known ? { ...node, measured: known.measured, width: known.width, height: known.height } : node;
}

function edgesShown(
  definition: Definition,
  problems: Problem[],
  states: Map<string, NodeState>,
  selection: Selection,
): Edge[] {
  const marked = new Map(problems.filter((one) => one.edgeId).map((one) => [one.edgeId, one]));
  return edgesOf(definition).map((edge, place): Edge => {
    const id = edgeKey(edge, place);
    const problem = marked.get(id) ?? marked.get(`${edge.source} → ${edge.target}`);
    const from = states.get(edge.source);
    const count = from?.counts[edge.sourceHandle ?? Object.keys(from.counts)[0] ?? ""];
    const isFlowing = states.get(edge.target)?.status === "running";
    return {
      id,
      source: edge.source,
      target: edge.target,
      sourceHandle: edge.sourceHandle ?? undefined,
      targetHandle: edge.targetHandle ?? undefined,
      selected: selection.edges.has(id),
      animated: isFlowing,
      className: [problem && `nyd-edge-${problem.severity}`, count !== undefined && "nyd-edge-fired"].filter(Boolean).join(" "),
      label: problem ? "!" : undefined,
      markerEnd: { type: MarkerType.ArrowClosed, width: 16, height: 16 },
      interactionWidth: 22,
    };
  });
}

function chosen(
  selection: Selection,
  what: "nodes" | "edges",
  choices: { type: string; id?: string; selected?: boolean }[],
): Selection {
  const next = new Set(selection[what]);
  for (const one of choices) {
    if (one.selected) next.add(one.id!);
    else next.delete(one.id!);
  }
  return { ...selection, [what]: next };
}
