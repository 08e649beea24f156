import { useState } from "react";
import { t } from "../texts";

interface Props {
  title: string;
  items: unknown[];
}

const ROWS = 50;
const COLUMNS = 30;
const LETTERS = 200;

/** Items as a table. What is left out is said: rows, columns and the ends of long texts. */
export function ItemsTable({ title, items }: Props) {
  const [asJson, setAsJson] = useState(false);
  const shown = items.slice(0, ROWS);
  const names = [...new Set(shown.flatMap((item) => (isObject(item) ? Object.keys(item) : [t("value")])))];
  const columns = names.slice(0, COLUMNS);
  return (
    <section className="nyd-items">
      <h4>
        {title} <em>{t("itemsCount", { count: items.length })}</em>
        <button type="button" className="nyd-link" aria-pressed={asJson} onClick={() => setAsJson(!asJson)}>
          {asJson ? t("asTable") : "JSON"}
        </button>
      </h4>
      {asJson ? (
        <pre className="nyd-code" tabIndex={0}>{JSON.stringify(shown, null, 2)}</pre>
      ) : (
        items.length > 0 && (
          <div className="nyd-table" tabIndex={0} role="region" aria-label={title}>
            <table>
              <thead>
                <tr>
                  <th>#</th>
                  {columns.map((name) => (
                    <th key={name}>{name}</th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {shown.map((item, place) => (
                  <tr key={place}>
                    <td>{place + 1}</td>
                    {columns.map((name) => (
                      <td key={name} title={text(isObject(item) ? item[name] : item)}>
                        {cut(text(isObject(item) ? item[name] : item))}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )
      )}
      {items.length > ROWS && <p className="nyd-quiet-text">{t("firstRows", { shown: ROWS, count: items.length })}</p>}
      {names.length > COLUMNS && (
        <p className="nyd-quiet-text">{t("firstColumns", { shown: COLUMNS, count: names.length })}</p>
      )}
    </section>
  );
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function text(value: unknown): string {
  if (value === undefined || value === null) return value === null ? "null" : "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

const cut = (value: string): string => (value.length > LETTERS ? `${value.slice(0, LETTERS)}…` : value);
