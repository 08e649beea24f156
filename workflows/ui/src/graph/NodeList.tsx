import { useMemo } from "react";
import type { Problem } from "../api/shapes";
import { useCatalogue } from "../model/catalogue";
import { type Definition, edgesOf, labelOf } from "../model/definition";
import { portsOf, titleOf } from "../model/ports";
import { stateName } from "../parts/state";
import { t } from "../texts";
import type { NodeState } from "./NodeCard";

interface Props {
  definition: Definition;
  problems: Problem[];
  states: Map<string, NodeState>;
  chosen: string | null;
  onChoose: (nodeId: string) => void;
}

/** The graph as a table: every node, what it leads to, how it goes and what is wrong with it. For ears and keyboards. */
export function NodeList({ definition, problems, states, chosen, onChoose }: Props) {
  const catalogue = useCatalogue();
  const labels = useMemo(() => new Map(definition.nodes.map((node) => [node.id, labelOf(node)])), [definition.nodes]);
  return (
    <div className="nyd-table nyd-node-list" tabIndex={0} role="region" aria-label={t("tab_nodes")}>
      <table>
        <thead>
          <tr>
            <th>{t("inspector")}</th>
            <th>{t("leadsTo")}</th>
            <th>{t("state")}</th>
            <th>{t("findings")}</th>
          </tr>
        </thead>
        <tbody>
          {definition.nodes.map((node) => {
            const state = states.get(node.id);
            const next = edgesOf(definition).filter((edge) => edge.source === node.id);
            const outputs = portsOf(node, catalogue.get(node.type), definition).outputs;
            const wrong = problems.filter((one) => one.nodeId === node.id);
            return (
              <tr key={node.id} aria-current={chosen === node.id || undefined}>
                <td>
                  <button type="button" className="nyd-link" onClick={() => onChoose(node.id)}>
                    {labelOf(node)}
                  </button>{" "}
                  <small>{catalogue.get(node.type)?.title ?? node.type}</small>
                </td>
                <td>
                  {next.map((edge) => `${edge.sourceHandle ? `${titleOf(outputs, edge.sourceHandle)} → ` : ""}${labels.get(edge.target) ?? edge.target}`).join("; ")}
                </td>
                <td>{state ? stateName(state.status) : "—"}</td>
                <td>{wrong.map((one) => one.message).join("; ")}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
