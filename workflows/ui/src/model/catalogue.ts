import { createContext, useContext } from "react";
import type { NodeType } from "../api/shapes";

export type Catalogue = Map<string, NodeType>;

export const CatalogueContext = createContext<Catalogue>(new Map());
export const useCatalogue = (): Catalogue => useContext(CatalogueContext);

export const GROUPS = ["wildberries", "data", "flow", "http", "test"] as const;

/** A config to begin with: what the schema demands, as empty as it may be. */
export function firstConfig(type: NodeType): Record<string, unknown> {
  const { properties = {}, required = [] } = type.configSchema;
  const config: Record<string, unknown> = {};
  for (const name of required as string[]) {
    const schema = properties[name] ?? {};
    if (schema.default !== undefined) config[name] = schema.default;
    else if (schema.type === "array") config[name] = [];
    else if (schema.type === "object") config[name] = {};
    else if (schema.enum) config[name] = schema.enum[0];
  }
  return config;
}
