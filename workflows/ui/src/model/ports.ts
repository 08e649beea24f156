import type { NodeType, Port } from "../api/shapes";
import { type Definition, edgesOf, type RawNode, settingsOf } from "./definition";
import { t } from "../texts";

export interface Ports {
  inputs: Port[];
  outputs: Port[];
}

/** Types with an output for each entry of a list: how those are called, and in which field the list is. */
const NUMBERED: Record<string, { port: RegExp; field: string }> = {
  switch: { port: /^case_(\d+)$/, field: "rules" },
  "text-classify": { port: /^category_(\d+)$/, field: "categories" },
};

/** The ports that a node shows: its type's, the one for errors if it is on, and those that edges name. */
export function portsOf(node: RawNode, type: NodeType | undefined, definition: Definition): Ports {
  const used = { inputs: new Set<string>(), outputs: new Set<string>() };
  for (const edge of edgesOf(definition)) {
    if (edge.source === node.id && edge.sourceHandle) used.outputs.add(edge.sourceHandle);
    if (edge.target === node.id && edge.targetHandle) used.inputs.add(edge.targetHandle);
  }
  const numbered = NUMBERED[type?.type ?? ""];
  const entries = numbered && node.data?.config?.[numbered.field];
  const most = Array.isArray(entries) ? Math.max(entries.length, 1) : 1;
  const outputs = (type?.outputs ?? [{ name: "out", title: "", required: false }]).filter((port) => {
    const found = numbered?.port.exec(port.name);
    return !found || Number(found[1]) <= most || used.outputs.has(port.name);
  });
  const withError =
    settingsOf(node).onError === "error_port" && !outputs.some((port) => port.name === "error")
      ? [...outputs, { name: "error", title: t("errorPort"), required: false }]
      : outputs;
  const inputs = type?.inputs ?? [{ name: "in", title: "", required: false }];
  return { inputs: extended(inputs, used.inputs), outputs: extended(withError, used.outputs) };
}

function extended(ports: Port[], used: Set<string>): Port[] {
  const known = new Set(ports.map((port) => port.name));
  return [...ports, ...[...used].filter((name) => !known.has(name)).map((name) => ({ name, title: name, required: false }))];
}

/** What people call the port of this name; the name itself where it has no other. */
export function titleOf(ports: Port[] | undefined, name: string): string {
  return ports?.find((port) => port.name === name)?.title || name;
}

/** Whether an edge may be drawn: it starts at an output, ends at an input of another node, and nothing follows a return. */
export function mayConnect(source: NodeType | undefined, target: NodeType | undefined): boolean {
  return !source?.returns && !target?.starts;
}
