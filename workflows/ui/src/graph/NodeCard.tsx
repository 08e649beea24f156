import { Handle, type NodeProps, Position } from "@xyflow/react";
import { memo } from "react";
import type { NodeType, Problem } from "../api/shapes";
import { labelOf, type RawNode, settingsOf } from "../model/definition";
import type { Ports } from "../model/ports";
import { Icon } from "../parts/Icon";
import { stateName } from "../parts/state";
import { t } from "../texts";

export interface NodeState {
  status: string;
  attempt: number;
  message: string | null;
  counts: Record<string, number>;
  passes: number;
}

export interface CardData {
  node: RawNode;
  type: NodeType | undefined;
  ports: Ports;
  problems: Problem[];
  state: NodeState | null;
  isPinned: boolean;
  [key: string]: unknown;
}

const MARKS = { error: "!", warning: "!", info: "i" } as const;

/** A node: what it is, its ports by name, what is wrong with it and how it goes in the run that is shown. */
function Card({ data, selected }: NodeProps & { data: CardData }) {
  const { node, type, ports, problems, state, isPinned } = data;
  const worst = problems.find((one) => one.severity === "error") ?? problems.find((one) => one.severity === "warning");
  const title = type?.title ?? node.type;
  const rows = Math.max(ports.inputs.length, ports.outputs.length);
  const status = state ? ` nyd-s-${state.status}` : "";
  const isOff = settingsOf(node).disabled === true;
  return (
    <div
      className={`nyd-node nyd-g-${type?.group ?? "unknown"}${selected ? " nyd-chosen" : ""}${isOff ? " nyd-off" : ""}${status}`}
      data-node={node.id}
      data-status={state?.status}
    >
      <div className="nyd-node-head">
        <span className="nyd-node-icon">
          <Icon name={type?.group ?? "help"} />
        </span>
        <span className="nyd-node-names">
          <b>{labelOf(node)}</b>
          <small>{isOff ? `${t("disabledNode")} · ${title}` : title}</small>
        </span>
        {isPinned && (
          <span className="nyd-pinned" title={t("pinnedData")}>
            <Icon name="pin" />
            <span className="nyd-hidden">{t("pinnedData")}</span>
          </span>
        )}
        {worst && (
          <span className={`nyd-mark nyd-mark-${worst.severity}`} title={problems.map((one) => one.message).join("\n")}>
            <span aria-hidden="true">{MARKS[worst.severity]}</span>
            <span className="nyd-hidden">{problems.map((one) => one.message).join("; ")}</span>
          </span>
        )}
      </div>
      {rows > 0 && (
        <div className="nyd-ports" style={{ height: rows * 20 }}>
          {ports.inputs.map((port, place) => (
            <PortRow key={`i${port.name}`} side="in" name={port.name} title={port.title} place={place} required={port.required} />
          ))}
          {ports.outputs.map((port, place) => (
            <PortRow
              key={`o${port.name}`}
              side="out"
              name={port.name}
              title={port.title}
              place={place}
              count={state?.counts[port.name]}
            />
          ))}
        </div>
      )}
      {state && (
        <div className="nyd-node-state">
          <span className="nyd-dot" aria-hidden="true" />
          <span>{stateName(state.status)}</span>
          {state.attempt > 1 && <span>· {t("attemptShort", { number: state.attempt })}</span>}
          {state.passes > 1 && <span>· ×{state.passes}</span>}
          {state.message && <span className="nyd-node-error" title={state.message}>{state.message}</span>}
        </div>
      )}
    </div>
  );
}

interface PortProps {
  side: "in" | "out";
  name: string;
  title: string;
  place: number;
  required?: boolean;
  count?: number;
}

function PortRow({ side, name, title, place, required, count }: PortProps) {
  const top = place * 20 + 10;
  return (
    <>
      <Handle
        type={side === "in" ? "target" : "source"}
        position={side === "in" ? Position.Left : Position.Right}
        id={name}
        style={{ top }}
        className={`nyd-handle${name === "error" || name === "errors" ? " nyd-handle-error" : ""}`}
        aria-hidden="true"
        title={name}
      />
      <span className={`nyd-port nyd-port-${side}`} style={{ top: top - 9 }}>
        {title || name}
        {required && <i title={t("required")}>*</i>}
        {count !== undefined && <em title={t("itemsCount", { count })}>{count}</em>}
      </span>
    </>
  );
}

export const NodeCard = memo(Card);
