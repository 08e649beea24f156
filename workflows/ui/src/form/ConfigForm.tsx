import type { NodeType } from "../api/shapes";
import { t } from "../texts";
import { ObjectField } from "./ObjectField";
import type { Surroundings } from "./schema";

interface Props {
  type: NodeType;
  config: Record<string, unknown>;
  suggestions: string[];
  readOnly: boolean;
  onChange: (config: Record<string, unknown>) => void;
}

/** The form of a node's config, made from the JSON schema of its type. Keys that the schema does not know are kept. */
export function ConfigForm({ type, config, suggestions, readOnly, onChange }: Props) {
  const { $defs = {}, ...schema } = type.configSchema;
  const around: Surroundings = { definitions: $defs, nodeType: type.type, suggestions, readOnly };
  if (Object.keys(schema.properties ?? {}).length === 0) return <p className="nyd-quiet-text">{t("noSettings")}</p>;
  return (
    <ObjectField
      schema={schema}
      value={config}
      path={[]}
      around={around}
      onChange={(next) => onChange(next as Record<string, unknown>)}
    />
  );
}
