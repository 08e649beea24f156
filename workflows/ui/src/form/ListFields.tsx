import { Button } from "../parts/Button";
import { t } from "../texts";
import { Field } from "./Field";
import { emptyOf, type FieldProps, resolved } from "./schema";

/** A list: every element with its own field, to be moved and taken away. */
export function ListField({ schema, value, path, onChange, around, label }: FieldProps) {
  const list = Array.isArray(value) ? value : [];
  const element = resolved(schema.items ?? {}, around);
  const isObject = element.type === "object" || Boolean(element.oneOf);
  const set = (place: number, one: unknown) => onChange(list.map((old, at) => (at === place ? one : old)));
  return (
    <div className={`nyd-list${isObject ? " nyd-list-cards" : ""}`}>
      {list.map((one, place) => (
        <div key={place} className="nyd-list-row">
          <div className="nyd-list-value">
            <Field
              schema={element}
              value={one}
              path={[...path, place]}
              around={around}
              label={`${label ?? ""} ${place + 1}`}
              onChange={(next) => set(place, next)}
            />
          </div>
          {!around.readOnly && (
            <Button
              label={t("removeElement", { number: place + 1 })}
              icon="trash"
              bare
              tone="quiet"
              onClick={() => onChange(list.filter((_, at) => at !== place))}
            />
          )}
        </div>
      ))}
      {!around.readOnly && (
        <Button label={`+ ${t("addElement")}`} tone="quiet" onClick={() => onChange([...list, emptyOf(element, around)])} />
      )}
    </div>
  );
}

/** Names and values that nobody knows beforehand, such as headers. */
export function MapField({ schema, value, path, onChange, around }: FieldProps) {
  const rows = Object.entries((value as Record<string, unknown>) ?? {});
  const element = typeof schema.additionalProperties === "object" ? schema.additionalProperties : {};
  const set = (next: [string, unknown][]) => onChange(Object.fromEntries(next));
  return (
    <div className="nyd-list">
      {rows.map(([name, one], place) => (
        <div key={place} className="nyd-list-row nyd-map-row">
          <input
            value={name}
            aria-label={t("name")}
            readOnly={around.readOnly}
            onChange={(event) => set(rows.map((row, at) => (at === place ? [event.target.value, row[1]] : row)))}
          />
          <div className="nyd-list-value">
            <Field
              schema={element}
              value={one}
              path={[...path, name]}
              around={around}
              label={name}
              onChange={(next) => set(rows.map((row, at) => (at === place ? [row[0], next ?? ""] : row)))}
            />
          </div>
          {!around.readOnly && (
            <Button
              label={t("removeElement", { number: place + 1 })}
              icon="trash"
              bare
              tone="quiet"
              onClick={() => set(rows.filter((_, at) => at !== place))}
            />
          )}
        </div>
      ))}
      {!around.readOnly && (
        <Button label={`+ ${t("addElement")}`} tone="quiet" onClick={() => set([...rows, [freeName(rows), ""]])} />
      )}
    </div>
  );
}

function freeName(rows: [string, unknown][]): string {
  const taken = new Set(rows.map(([name]) => name));
  for (let number = 1; ; number += 1) if (!taken.has(`name${number}`)) return `name${number}`;
}
