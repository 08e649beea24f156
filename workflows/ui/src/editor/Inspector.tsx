import { useMemo } from "react";
import { isExact } from "../api/exact";
import { call } from "../api/client";
import type { Items, Previewed, Problem, Proposal } from "../api/shapes";
import { ConfigForm } from "../form/ConfigForm";
import { JsonField } from "../form/JsonField";
import { ObjectField } from "../form/ObjectField";
import { useCatalogue } from "../model/catalogue";
import { configOf, type Definition, labelOf, type RawNode, settingsOf, upstream } from "../model/definition";
import { type Ask, PreviewContext } from "../form/preview";
import { Button } from "../parts/Button";
import { sampleFor } from "../test/sample";
import { t } from "../texts";
import { Tabs } from "../parts/Tabs";
import { engineSchema } from "./engineSchema";
import { Links } from "./Links";
import { Repair } from "./Repair";

interface Props {
  node: RawNode;
  definition: Definition;
  problems: Problem[];
  proposals: Proposal[];
  readOnly: boolean;
  /** What nodes give: pinned, or from the run that is shown. */
  known: Map<string, Items>;
  workflowId: string;
  inputData: Record<string, unknown>;
  run: React.ReactNode;
  test: React.ReactNode;
  tab: string;
  onTab: (tab: string) => void;
  onRepair: (proposal: Proposal) => void;
  onLinks: (definition: Definition) => void;
  onChange: (change: (node: RawNode) => RawNode, tag: string) => void;
  onClose: () => void;
  onDelete: () => void;
}

const TABS = ["config", "engine", "json"] as const;

/** All that can be said about one node, and how it went in the run that is shown. */
export function Inspector(props: Props) {
  const { node, definition, problems, proposals, readOnly, known, run, test, tab, onTab, onChange, onClose, onDelete } = props;
  const catalogue = useCatalogue();
  const type = catalogue.get(node.type);
  const tabs = [...TABS, ...(test ? ["test"] : []), ...(run ? ["run"] : [])];
  const shown = tabs.includes(tab as any) ? tab : "config";
  const mine = problems.filter((one) => one.nodeId === node.id);
  const suggestions = useMemo(() => suggested(definition, node, known), [definition, node, known]);
  const ask = useAsk(props);
  const data = (part: Record<string, unknown>, tag: string) =>
    onChange((one) => ({ ...one, data: { ...one.data, ...part } }), `${tag} ${node.id}`);
  return (
    <aside className="nyd-inspector" aria-label={t("inspector")} data-inspects={node.id}>
      <header>
        <span className={`nyd-g-${type?.group ?? "unknown"}`}>{type?.title ?? node.type}</span>
        <span className="nyd-grow" />
        {!readOnly && <Button label={t("deleteNode")} icon="trash" bare tone="quiet" onClick={onDelete} />}
        <Button label={t("close")} icon="close" bare tone="quiet" onClick={onClose} />
      </header>
      <input
        className="nyd-name"
        aria-label={t("nodeName")}
        value={node.data?.label ?? ""}
        placeholder={labelOf(node)}
        readOnly={readOnly}
        maxLength={500}
        onChange={(event) => data({ label: event.target.value }, "label")}
      />
      {mine.length > 0 && (
        <ul className="nyd-problems">
          {mine.map((one, place) => (
            <li key={place} className={`nyd-problem-${one.severity}`}>
              {one.message}
            </li>
          ))}
          {proposals.map((one, place) => (
            <li key={`repair ${place}`} className="nyd-problem-repair">
              <Repair proposal={one} onRepair={props.onRepair} />
            </li>
          ))}
        </ul>
      )}
      <Tabs names={tabs} shown={shown} onChoose={onTab} />
      <div className="nyd-inspector-body" role="tabpanel" tabIndex={0} aria-label={t(`tab_${shown}`)} key={`${node.id} ${shown}`}>
        {shown === "config" && (
          <PreviewContext value={ask}>
            {type && <p className="nyd-about">{type.description}</p>}
            {type ? (
              <ConfigForm
                type={type}
                config={configOf(node)}
                suggestions={suggestions}
                readOnly={readOnly}
                onChange={(config) => data({ config }, "config")}
              />
            ) : (
              <p className="nyd-wrong">{t("unknownType", { type: node.type })}</p>
            )}
            {!readOnly && <Links node={node} definition={definition} onChange={props.onLinks} />}
          </PreviewContext>
        )}
        {shown === "test" && test}
        {shown === "engine" && (
          <ObjectField
            schema={engineSchema(type)}
            value={settingsOf(node)}
            path={["settings"]}
            around={{ definitions: {}, nodeType: node.type, suggestions: [], readOnly, isFixed: true }}
            onChange={(settings) => data({ settings }, "settings")}
          />
        )}
        {shown === "json" && (
          <JsonField
            value={node}
            label="JSON"
            rows={26}
            readOnly={readOnly}
            onChange={(next) => {
              if (isNode(next)) onChange(() => ({ ...next, id: node.id }), `json ${node.id}`);
            }}
          />
        )}
        {shown === "run" && run}
      </div>
    </aside>
  );
}

/** A preview on what reaches the node; null where nothing may be asked. */
function useAsk({ node, definition, known, workflowId, inputData, readOnly }: Props): Ask {
  const sample = useMemo(() => sampleFor(definition, node, known), [definition.edges, node.id, known]);
  return useMemo(() => {
    if (readOnly) return null;
    return async (text, signal) => {
      const nodes = Object.fromEntries(Object.entries(sample.nodes).filter(([name]) => text.includes(name)));
      const body = { text, items: sample.items, nodes, inputData };
      return (await call<Previewed>("POST", `/workflows/${workflowId}/preview`, { body, signal })).data;
    };
  }, [sample, workflowId, inputData, readOnly]);
}

const isNode = (value: unknown): value is RawNode =>
  typeof value === "object" && value !== null && typeof (value as RawNode).type === "string";

/** What an expression may name here: fields that the last run brought, and the nodes before this one. */
function suggested(definition: Definition, node: RawNode, known: Map<string, Items>): string[] {
  const before = upstream(definition, node.id);
  const direct = new Set((definition.edges ?? []).filter((edge) => edge.target === node.id).map((edge) => edge.source));
  const found: string[] = [];
  for (const one of before) {
    const fields = new Set<string>();
    for (const items of Object.values(known.get(one.id) ?? {})) {
      for (const item of items.slice(0, 5)) for (const name of paths(item)) fields.add(name);
    }
    for (const name of fields) {
      if (direct.has(one.id)) found.unshift(`$json${name}`);
      found.push(`$('${labelOf(one).replaceAll("'", "\\'")}').item.json${name}`);
    }
    if (!fields.size) found.push(`$('${labelOf(one).replaceAll("'", "\\'")}').item.json`);
  }
  return [...new Set(["$json", ...found, "$now", "$today", "$execution.inputData", "$workflow.name", "$itemIndex"])];
}

const PLAIN = /^[A-Za-z_$][\w$]*$/;

function paths(item: unknown, deep = 0): string[] {
  if (typeof item !== "object" || item === null || Array.isArray(item) || isExact(item)) return [];
  return Object.entries(item).flatMap(([name, value]) => {
    const own = PLAIN.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
    return [own, ...(deep < 2 ? paths(value, deep + 1).map((rest) => own + rest) : [])];
  });
}
