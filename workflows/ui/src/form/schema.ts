import { isExact } from "../api/exact";
import type { Schema } from "../api/shapes";

export type Path = (string | number)[];

/** What a field needs to know beside its own schema. */
export interface Surroundings {
  definitions: Record<string, Schema>;
  nodeType: string;
  suggestions: string[];
  readOnly: boolean;
  /** Whether values are read before a run: then none can be an expression. */
  isFixed?: boolean;
}

export interface FieldProps {
  schema: Schema;
  value: unknown;
  path: Path;
  onChange: (value: unknown) => void;
  around: Surroundings;
  label?: string;
}

/** The schema behind a reference, with what stands beside the reference. */
export function resolved(schema: Schema, around: Surroundings): Schema {
  if (!schema.$ref) return schema;
  const { $ref, ...beside } = schema;
  return { ...around.definitions[String($ref).split("/").at(-1)!], ...beside };
}

export interface Unfolded {
  schema: Schema;
  nullable: boolean;
  variants: Schema[];
}

/** Takes `null` out of the alternatives: an empty field says the same. */
export function unfolded(written: Schema, around: Surroundings): Unfolded {
  const schema = resolved(written, around);
  if (!schema.anyOf) return { schema, nullable: false, variants: [] };
  const { anyOf, ...beside } = schema;
  const options = (anyOf as Schema[]).map((one) => resolved(one, around));
  const real = options.filter((one) => one.type !== "null");
  const nullable = real.length < options.length;
  if (real.length === 1) return { schema: { ...real[0], ...beside }, nullable, variants: [] };
  return { schema: beside, nullable, variants: real };
}

export const isTemplate = (value: unknown): value is string => typeof value === "string" && value.includes("{{");

/** Whether a value is of the kind that a schema describes; templates stand for anything. */
export function fits(value: unknown, schema: Schema): boolean {
  switch (schema.type) {
    case "array":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    case "string":
      return typeof value === "string";
    case "integer":
    case "number":
      return typeof value === "number" || isExact(value);
    case "boolean":
      return typeof value === "boolean";
    default:
      return true;
  }
}

export function emptyOf(schema: Schema, around: Surroundings): unknown {
  const real = unfolded(schema, around).schema;
  if (real.default !== undefined && real.default !== null) return real.default;
  if (real.const !== undefined) return real.const;
  if (real.enum) return real.enum[0];
  if (real.oneOf) return emptyOf(resolved(real.oneOf[0], around), around);
  if (real.type === "array") return [];
  if (real.type === "object") {
    const filled: Record<string, unknown> = {};
    for (const name of (real.required ?? []) as string[]) filled[name] = emptyOf(real.properties?.[name] ?? {}, around);
    return filled;
  }
  return real.type === "boolean" ? false : real.type === "integer" || real.type === "number" ? (real.minimum ?? 0) : "";
}
