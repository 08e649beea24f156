import { useState } from "react";
import { useCatalogue } from "../model/catalogue";
import { connect, type Definition, edgeKey, edgesOf, labelOf, type RawNode, remove } from "../model/definition";
import { mayConnect, portsOf } from "../model/ports";
import { Button } from "../parts/Button";
import { t } from "../texts";

interface Props {
  node: RawNode;
  definition: Definition;
  onChange: (definition: Definition) => void;
}

const NOTHING = new Set<string>();

/** The edges of a node as a list, to be drawn and taken away without a mouse. */
export function Links({ node, definition, onChange }: Props) {
  const catalogue = useCatalogue();
  const outputs = portsOf(node, catalogue.get(node.type), definition).outputs;
  const targets = definition.nodes
    .filter((one) => one.id !== node.id && mayConnect(catalogue.get(node.type), catalogue.get(one.type)))
    .flatMap((one) => portsOf(one, catalogue.get(one.type), definition).inputs.map((port) => ({ one, port })));
  const [output, setOutput] = useState("");
  const [target, setTarget] = useState("");
  const names = new Map(definition.nodes.map((one) => [one.id, labelOf(one)]));
  const mine = edgesOf(definition)
    .map((edge, place) => ({ edge, key: edgeKey(edge, place) }))
    .filter(({ edge }) => edge.source === node.id);
  const add = () => {
    const [id, port] = JSON.parse(target) as [string, string];
    onChange(connect(definition, { source: node.id, target: id, sourceHandle: output || outputs[0]?.name, targetHandle: port }));
    setTarget("");
  };
  return (
    <details className="nyd-links">
      <summary>{t("links", { count: mine.length })}</summary>
      <ul className="nyd-plain-list">
        {mine.map(({ edge, key }) => (
          <li key={key} className="nyd-row">
            <span>
              {edge.sourceHandle ?? ""} → {names.get(edge.target) ?? edge.target}
            </span>
            <Button
              label={t("removeLink", { name: names.get(edge.target) ?? edge.target })}
              icon="trash"
              bare
              tone="quiet"
              onClick={() => onChange(remove(definition, NOTHING, new Set([key])))}
            />
          </li>
        ))}
      </ul>
      {targets.length > 0 && outputs.length > 0 && (
        <div className="nyd-row">
          <select aria-label={t("fromOutput")} value={output} onChange={(event) => setOutput(event.target.value)}>
            {outputs.map((port) => (
              <option key={port.name} value={port.name}>
                {port.title || port.name}
              </option>
            ))}
          </select>
          <select aria-label={t("toInput")} value={target} onChange={(event) => setTarget(event.target.value)}>
            <option value="">{t("notSet")}</option>
            {targets.map(({ one, port }) => (
              <option key={`${one.id} ${port.name}`} value={JSON.stringify([one.id, port.name])}>
                {labelOf(one)} · {port.title || port.name}
              </option>
            ))}
          </select>
          <Button label={t("connectNodes")} disabled={!target} onClick={add} />
        </div>
      )}
    </details>
  );
}
