import { useEffect, useState } from "react";
import { ApiError, call, get } from "../api/client";
import type { Execution } from "../api/shapes";
import { Button } from "../parts/Button";
import { Dialog } from "../parts/Dialog";
import { t } from "../texts";

interface Planned {
  nodeId: string;
  label: string;
  action: "reuse" | "run" | "skip";
  changes: number;
  mayHaveEffects: boolean;
}

interface Plan {
  version: number;
  newExecution: boolean;
  reused: number;
  again: number;
  skipped: number;
  withEffects: number;
  steps: Planned[];
}

interface Props {
  execution: Execution;
  from: string;
  onClose: () => void;
  onStarted: (execution: Execution) => void;
}

/** What a retry would keep, do again and leave out, before anything happens. */
export function RetryDialog({ execution, from, onClose, onStarted }: Props) {
  const [version, setVersion] = useState("current");
  const [begin, setBegin] = useState(from);
  const [plan, setPlan] = useState<Plan | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const force = begin !== "failed" && begin !== "start";
  useEffect(() => {
    const stopper = new AbortController();
    setPlan(null);
    setRefusal(null);
    get<Plan>(`/executions/${execution.id}/retry-plan?version=${version}&from=${begin}&force=${force}`, stopper.signal)
      .then(setPlan)
      .catch((error) => error instanceof ApiError && setRefusal(error.message));
    return () => stopper.abort();
  }, [execution.id, version, begin, force]);
  const go = async () => {
    try {
      const body = { version, from: begin, ...(force ? { force } : {}) };
      onStarted((await call<Execution>("POST", `/executions/${execution.id}/retry`, { body })).data);
    } catch (error) {
      setRefusal(error instanceof ApiError ? error.message : String(error));
    }
  };
  return (
    <Dialog
      title={t("retryRun")}
      onClose={onClose}
      buttons={<Button label={t("retryGo")} icon="retry" tone="main" disabled={!plan} onClick={go} />}
    >
      <label className="nyd-field">
        <span className="nyd-label">{t("retryFrom")}</span>
        <select value={begin} onChange={(event) => setBegin(event.target.value)}>
          <option value="failed">{t("retryFromFailed")}</option>
          <option value="start">{t("retryFromStart")}</option>
          {force && <option value={begin}>{t("retryFromStep")}</option>}
        </select>
      </label>
      <label className="nyd-field">
        <span className="nyd-label">{t("version")}</span>
        <select value={version} onChange={(event) => setVersion(event.target.value)}>
          <option value="current">{t("versionCurrent")}</option>
          <option value="original">{t("versionOriginal", { label: execution.versionLabel })}</option>
        </select>
      </label>
      {refusal && <p className="nyd-wrong" role="alert">{refusal}</p>}
      {plan && (
        <>
          <p>
            {plan.newExecution ? t("retryNew") : t("retrySame")}{" "}
            {t("retryCounts", { reused: plan.reused, again: plan.again, skipped: plan.skipped })}
          </p>
          {plan.withEffects > 0 && <p className="nyd-warn">{t("retryEffects", { count: plan.withEffects })}</p>}
          <ul className="nyd-plan">
            {plan.steps.map((one) => (
              <li key={one.nodeId} className={`nyd-plan-${one.action}`}>
                <b>{one.label}</b> <span>{t(`plan_${one.action}`)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </Dialog>
  );
}
