import { useMemo, useState } from "react";
import { ApiError, post } from "../api/client";
import type { Execution, Workflow } from "../api/shapes";
import { address } from "../boot";
import { Button } from "../parts/Button";
import { stateName } from "../parts/state";
import { differences } from "../run/compare";
import { useRun } from "../run/useRun";
import { moment, t } from "../texts";

interface Pair {
  of: Execution;
  execution: Execution;
}

/** The version that is to be published, tried on the data of the last runs, without any effect outside. */
export function Shadows({ workflow }: { workflow: Workflow }) {
  const [pairs, setPairs] = useState<Pair[] | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const go = () =>
    post<{ results: Pair[] }>(`/workflows/${workflow.id}/shadow`).then(
      ({ results }) => setPairs(results),
      (error) => setRefusal(error instanceof ApiError ? error.message : String(error)),
    );
  return (
    <section>
      <h3>{t("shadows")}</h3>
      <p className="nyd-about">{t("shadowsAbout")}</p>
      {refusal && <p className="nyd-wrong" role="alert">{refusal}</p>}
      {pairs === null && <Button label={t("shadowsGo")} icon="test" onClick={() => void go()} />}
      {pairs?.length === 0 && <p className="nyd-quiet-text">{t("nothingToCompare")}</p>}
      <ul className="nyd-plain-list" aria-live="polite">
        {pairs?.map((pair) => <Shadow key={pair.execution.id} pair={pair} workflow={workflow} />)}
      </ul>
    </section>
  );
}

function Shadow({ pair, workflow }: { pair: Pair; workflow: Workflow }) {
  const before = useRun(pair.of.id);
  const now = useRun(pair.execution.id);
  const status = now.execution?.status ?? pair.execution.status;
  const count = useMemo(() => {
    const nodes = new Set([...now.steps.values()].map((step) => step.nodeId));
    return differences(now, before, workflow.definition).filter((row) => nodes.has(row.nodeId) && row.differs).length;
  }, [now, before, workflow.definition]);
  return (
    <li className={`nyd-went nyd-s-${status}`} data-shadow={status}>
      <span className="nyd-dot" aria-hidden="true" />
      <a className="nyd-link" href={address("run", pair.execution.id)} target="_blank" rel="noreferrer">
        {moment(pair.of.createdAt)}
      </a>
      <span>
        {stateName(pair.of.status)} → {stateName(status)} · {t("nodesDiffer", { count })}
      </span>
    </li>
  );
}
