import { Field } from "./Field";
import { MapField } from "./ListFields";
import type { FieldProps } from "./schema";

/** The fields of an object in the order of its schema; an empty one is left out of the config. */
export function ObjectField(props: FieldProps) {
  const { schema, value, path, onChange, around } = props;
  if (!schema.properties) return <MapField {...props} />;
  const present = (value as Record<string, unknown>) ?? {};
  const required = new Set<string>(schema.required ?? []);
  return (
    <div className="nyd-fields">
      {Object.entries(schema.properties as Record<string, any>).map(([name, field]) => (
        <Field
          key={name}
          schema={field}
          value={present[name]}
          path={[...path, name]}
          around={around}
          titled
          required={required.has(name)}
          onChange={(next) => {
            const { [name]: _old, ...rest } = present;
            onChange(next === undefined ? rest : { ...present, [name]: next });
          }}
        />
      ))}
    </div>
  );
}
