import type { Schema } from "../api/shapes";
import { t } from "../texts";
import { ObjectField } from "./ObjectField";
import { emptyOf, type FieldProps, resolved } from "./schema";

/** The everyday ones stand first; what comes after "advanced actions" ends with starting another workflow. */
const ADVANCED = ["request", "trigger-workflow"];

interface Option {
  value: string;
  label: string;
  schema: Schema;
}

/** One of several objects, told apart by one of their fields. */
export function UnionField({ schema, value, path, onChange, around }: FieldProps) {
  const key: string = schema.discriminator?.propertyName ?? "type";
  const options = (schema.oneOf as Schema[]).flatMap((one) => optionsOf(resolved(one, around), key));
  const present = (value as Record<string, unknown>)?.[key];
  const chosen = options.find((one) => one.value === present) ?? options[0]!;
  const everyday = options.filter((one) => !ADVANCED.includes(one.value));
  const advanced = ADVANCED.flatMap((name) => options.filter((one) => one.value === name));
  const { [key]: _told, ...rest } = chosen.schema.properties;
  return (
    <div className="nyd-union">
      <select
        aria-label={t("action")}
        value={chosen.value}
        disabled={around.readOnly}
        onChange={(event) => {
          const next = options.find((one) => one.value === event.target.value)!;
          onChange({ ...(emptyOf(next.schema, around) as object), [key]: next.value });
        }}
      >
        {everyday.map(shown)}
        {advanced.length > 0 && <optgroup label={t("advancedActions")}>{advanced.map(shown)}</optgroup>}
      </select>
      <ObjectField
        schema={{ ...chosen.schema, properties: rest }}
        value={value}
        path={path}
        around={around}
        onChange={onChange}
      />
    </div>
  );
}

const shown = (one: Option) => (
  <option key={one.value} value={one.value}>
    {one.label}
  </option>
);

function optionsOf(schema: Schema, key: string): Option[] {
  const field = schema.properties?.[key] ?? {};
  if (field.const !== undefined) return [{ value: field.const, label: field.description ?? field.const, schema }];
  return (field.enum ?? []).map((value: string) => ({ value, label: t(`do_${value}`), schema }));
}
