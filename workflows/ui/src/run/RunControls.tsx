import { useState } from "react";
import { ApiError, post } from "../api/client";
import type { Execution } from "../api/shapes";
import { boot } from "../boot";
import { Button } from "../parts/Button";
import { OPEN_RUN, stateName } from "../parts/state";
import { t } from "../texts";
import { RetryDialog } from "./RetryDialog";
import type { Run } from "./useRun";

interface Props {
  run: Run;
  retry: string | null;
  onRetry: (from: string | null) => void;
  onStarted: (execution: Execution) => void;
  onRefused: (message: string) => void;
}

/** The state of a run, and what can be done to it now. */
export function RunControls({ run, retry, onRetry, onStarted, onRefused }: Props) {
  const [isBusy, setBusy] = useState(false);
  const { execution } = run;
  if (!execution) return <span className="nyd-quiet-text">{t("loading")}</span>;
  const may = boot.may["execution.control"];
  const act = async (verb: string) => {
    setBusy(true);
    try {
      await post(`/executions/${execution.id}/${verb}`);
      run.refresh();
    } catch (error) {
      onRefused(error instanceof ApiError ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };
  const { status } = execution;
  return (
    <div className="nyd-run-controls" role="group" aria-label={t("run")}>
      <span className={`nyd-chip nyd-s-${status}`} role="status" data-run-status={status}>
        <span className="nyd-dot" aria-hidden="true" />
        {stateName(status)}
      </span>
      {run.connection === "lost" && <span className="nyd-warn">{t("connectionLost")}</span>}
      {may && status === "running" && <Button label={t("pause")} icon="pause" disabled={isBusy} onClick={() => act("pause")} />}
      {may && status === "paused" && <Button label={t("resume")} icon="play" disabled={isBusy} onClick={() => act("resume")} />}
      {may && OPEN_RUN.has(status) && (
        <Button label={t("stop")} icon="stop" tone="danger" disabled={isBusy} onClick={() => act("stop")} />
      )}
      {may && !OPEN_RUN.has(status) && <Button label={t("retry")} icon="retry" onClick={() => onRetry("failed")} />}
      {retry && (
        <RetryDialog
          execution={execution}
          from={retry === "failed" && status === "succeeded" ? "start" : retry}
          onClose={() => onRetry(null)}
          onStarted={(started) => {
            onRetry(null);
            onStarted(started);
            if (started.id === execution.id) run.refresh();
          }}
        />
      )}
    </div>
  );
}
