import { useEffect, useMemo, useState } from "react";
import { get } from "../api/client";
import type { Execution, StepDetail } from "../api/shapes";
import { address } from "../boot";
import type { Definition } from "../model/definition";
import { stateName } from "../parts/state";
import { duration, moment, t } from "../texts";
import { type Difference, differences, itemsThatDiffer, type Went } from "./compare";
import { type Run, useRun } from "./useRun";

interface Props {
  run: Run;
  definition: Definition;
}

const MOST = 30;

/** This run beside another one of the workflow: states, times and numbers of items, and on demand the items. */
export function Compare({ run, definition }: Props) {
  const execution = run.execution!;
  const [others, setOthers] = useState<Execution[]>([]);
  const [chosen, setChosen] = useState<string | null>(null);
  const [onlyChanged, setOnlyChanged] = useState(false);
  useEffect(() => {
    void get<{ results: Execution[] }>(`/workflows/${execution.workflowId}/executions?pageSize=${MOST}`).then(({ results }) => {
      const rest = results.filter((one) => one.id !== execution.id);
      setOthers(rest);
      setChosen((before) => before ?? execution.retryOf ?? rest.find((one) => one.createdAt < execution.createdAt)?.id ?? rest[0]?.id ?? null);
    });
  }, [execution.id]);
  const other = useRun(chosen);
  const rows = useMemo(() => differences(run, other, definition), [run, other, definition]);
  if (!others.length) return <p className="nyd-quiet-text">{t("nothingToCompare")}</p>;
  const shown = onlyChanged ? rows.filter((row) => row.differs) : rows;
  return (
    <div className="nyd-compare">
      <div className="nyd-row">
        <label>
          {t("compareWith")}{" "}
          <select value={chosen ?? ""} onChange={(event) => setChosen(event.target.value)}>
            {others.map((one) => (
              <option key={one.id} value={one.id}>
                {moment(one.createdAt)} · {one.versionLabel} · {stateName(one.status)}
              </option>
            ))}
          </select>
        </label>
        <label className="nyd-check">
          <input type="checkbox" checked={onlyChanged} onChange={(event) => setOnlyChanged(event.target.checked)} />
          {t("onlyDifferences", { count: rows.filter((row) => row.differs).length })}
        </label>
        {chosen && <a className="nyd-link" href={address("run", chosen)}>{t("openRun")}</a>}
      </div>
      <div className="nyd-table" tabIndex={0} role="region" aria-label={t("tab_compare")}>
        <table>
          <thead>
            <tr>
              <th>{t("inspector")}</th>
              <th>{t("thisRun")}</th>
              <th>{t("otherRun")}</th>
              <th>{t("items")}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <tr key={row.nodeId} className={row.differs ? "nyd-differs" : undefined} data-compared={row.nodeId}>
                <td>{row.label}</td>
                <td><Told went={row.one} /></td>
                <td><Told went={row.other} /></td>
                <td><ItemsOfBoth row={row} one={execution.id} other={chosen} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function Told({ went }: { went: Went | null }) {
  if (!went) return <span className="nyd-quiet-text">—</span>;
  const counts = Object.entries(went.state.counts).map(([port, count]) => `${port}: ${count}`);
  return (
    <span className={`nyd-went nyd-s-${went.state.status}`}>
      <span className="nyd-dot" aria-hidden="true" /> {stateName(went.state.status)} · {duration(went.work)}
      {counts.length > 0 && ` · ${counts.join(", ")}`}
    </span>
  );
}

interface Both {
  row: Difference;
  one: string;
  other: string | null;
}

/** The items of a step in both runs, fetched when somebody asks. */
function ItemsOfBoth({ row, one, other }: Both) {
  const [lines, setLines] = useState<string[] | null>(null);
  useEffect(() => setLines(null), [other]);
  const ids = [row.one?.stepId, row.other?.stepId];
  if (!ids[0] || !ids[1] || !other) return null;
  const look = async () => {
    const [a, b] = await Promise.all([
      get<StepDetail>(`/executions/${one}/steps/${ids[0]}`),
      get<StepDetail>(`/executions/${other}/steps/${ids[1]}`),
    ]);
    setLines([...told("input", a, b), ...told("output", a, b)]);
  };
  if (lines === null)
    return (
      <button type="button" className="nyd-link" aria-label={`${t("compareItems")}: ${row.label}`} onClick={() => void look()}>
        {t("compareItems")}
      </button>
    );
  return <ul className="nyd-plain-list">{lines.map((line) => <li key={line}>{line}</li>)}</ul>;
}

function told(side: "input" | "output", a: StepDetail, b: StepDetail): string[] {
  const ports = [...new Set([...Object.keys(a[side]), ...Object.keys(b[side])])];
  return ports.map((port) => {
    const differing = itemsThatDiffer(a[side][port] ?? [], b[side][port] ?? []);
    const fields = [...new Set(differing.flatMap((one) => one.fields))].slice(0, 8).join(", ");
    const name = `${t(side)} ${port}`;
    return differing.length ? t("itemsDiffer", { name, count: differing.length, fields }) : t("itemsEqual", { name });
  });
}
