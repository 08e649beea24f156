import { useEffect, useState } from "react";
import { ApiError, get } from "../api/client";
import type { Failure, Port, Step, StepDetail } from "../api/shapes";
import { useCatalogue } from "../model/catalogue";
import { titleOf } from "../model/ports";
import { Button } from "../parts/Button";
import { stateName } from "../parts/state";
import { duration, moment, t } from "../texts";
import { ItemsTable } from "./ItemsTable";

interface Props {
  executionId: string;
  step: Step;
  steps: Step[];
  onChoose: (stepId: string) => void;
  onRetry: ((stepId: string) => void) | null;
}

/** One step: how it went, try by try, what came in and what went out of every port. */
export function StepView({ executionId, step, steps, onChoose, onRetry }: Props) {
  const [detail, setDetail] = useState<StepDetail | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const type = useCatalogue().get(step.nodeType);
  useEffect(() => {
    const stopper = new AbortController();
    setRefusal(null);
    get<StepDetail>(`/executions/${executionId}/steps/${step.id}`, stopper.signal)
      .then(setDetail)
      .catch((error) => error instanceof ApiError && setRefusal(error.message));
    return () => stopper.abort();
  }, [executionId, step.id, step.status, step.attempt]);
  const shown = detail?.id === step.id ? detail : null;
  return (
    <div className="nyd-step" data-step={step.nodeId}>
      {steps.length > 1 && (
        <label className="nyd-field">
          <span className="nyd-label">{t("pass")}</span>
          <select value={step.id} onChange={(event) => onChoose(event.target.value)}>
            {steps.map((one, place) => (
              <option key={one.id} value={one.id}>
                {place + 1}: {stateName(one.status)}
              </option>
            ))}
          </select>
        </label>
      )}
      <p className={`nyd-step-state nyd-s-${step.status}`}>
        <span className="nyd-dot" aria-hidden="true" />
        <b>{stateName(step.status)}</b>
        {step.startedAt && <span>{moment(step.startedAt)}</span>}
        {step.startedAt && step.finishedAt && (
          <span>{duration(Date.parse(step.finishedAt) - Date.parse(step.startedAt))}</span>
        )}
        {onRetry && step.status !== "pending" && (
          <Button label={t("retryFromHere")} icon="retry" onClick={() => onRetry(step.id)} />
        )}
      </p>
      {step.error && <ErrorBox error={step.error} />}
      {refusal && <p className="nyd-wrong">{refusal}</p>}
      {shown && (
        <>
          <Ports title={t("input")} items={shown.input} ports={type?.inputs} />
          <Ports title={t("output")} items={shown.output} ports={type?.outputs} />
          {shown.attempts.length > 0 && (
            <section>
              <h4>{t("attempts")}</h4>
              <ol className="nyd-attempts">
                {shown.attempts.map((one) => (
                  <li key={`${one.number}-${one.startedAt}`}>
                    <b>{one.number}</b> {t(`outcome_${one.outcome}`)} · {moment(one.startedAt)} ·{" "}
                    {duration(Date.parse(one.endedAt) - Date.parse(one.startedAt))}
                    {one.error && <span className="nyd-wrong"> {one.error.message}</span>}
                  </li>
                ))}
              </ol>
            </section>
          )}
          {shown.effects.length > 0 && (
            <section>
              <h4>{t("effects")}</h4>
              <ul className="nyd-attempts">
                {shown.effects.map((one) => (
                  <li key={one.id}>
                    <b>{one.method}</b> {one.target} · {one.outcome} · {moment(one.at)}
                  </li>
                ))}
              </ul>
            </section>
          )}
        </>
      )}
    </div>
  );
}

function Ports({ title, items, ports }: { title: string; items: Record<string, unknown[]>; ports?: Port[] }) {
  const names = Object.keys(items);
  return (
    <section>
      <h3>{title}</h3>
      {names.length === 0 && <p className="nyd-quiet-text">{t("noItems")}</p>}
      {names.map((name) => (
        <ItemsTable key={name} title={titleOf(ports, name)} items={items[name]!} />
      ))}
    </section>
  );
}

/** A detail that is a part of the sentence above it needs no line of its own. */
function isSaid(message: string, value: unknown): boolean {
  return typeof value === "string" && value !== "" && message.includes(value);
}

export function ErrorBox({ error }: { error: Failure }) {
  const details = Object.entries(error.details ?? {}).filter(
    ([name, value]) => !["stepId", "nodeId"].includes(name) && !isSaid(error.message, value),
  );
  return (
    <div className="nyd-error" role="alert">
      <b>{error.message}</b> <code>{error.code}</code>
      {details.length > 0 && (
        <dl>
          {details.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{typeof value === "string" ? value : JSON.stringify(value)}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}
