import { useState } from "react";
import { ApiError, call } from "../api/client";
import type { Execution, Workflow } from "../api/shapes";
import { JsonField } from "../form/JsonField";
import { Button } from "../parts/Button";
import { Dialog } from "../parts/Dialog";
import { t } from "../texts";

interface Props {
  workflow: Workflow;
  isChanged: boolean;
  /** Saves and publishes; null when that was refused, which is told elsewhere. */
  onPublish: () => Promise<Workflow | null>;
  onClose: () => void;
  onStarted: (execution: Execution) => void;
}

/** Starts a run of the published version, after publishing what has been drawn since. */
export function StartDialog({ workflow, isChanged, onPublish, onClose, onStarted }: Props) {
  const [input, setInput] = useState<unknown>(remembered(workflow.id));
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [isWrong, setWrong] = useState(false);
  const isBehind = isChanged || workflow.status !== "published";
  const [isNewest, setNewest] = useState(isBehind);
  const go = async () => {
    setBusy(true);
    setRefusal(null);
    try {
      if (isNewest && (await onPublish()) === null) return;
      const { data } = await call<Execution>("POST", `/workflows/${workflow.id}/execute`, {
        body: input === undefined ? {} : { inputData: input },
      });
      sessionStorage.setItem(`naryad.input.${workflow.id}`, JSON.stringify(input ?? {}));
      onStarted(data);
    } catch (error) {
      setRefusal(error instanceof ApiError ? told(error) : String(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={t("startRun")}
      onClose={onClose}
      buttons={<Button label={t("start")} icon="play" tone="main" disabled={isBusy || isWrong} onClick={go} />}
    >
      {isBehind && workflow.publishedVersion !== null && (
        <label className="nyd-check">
          <input type="checkbox" checked={isNewest} onChange={(event) => setNewest(event.target.checked)} />
          {t("publishFirst")}
        </label>
      )}
      {isBehind && workflow.publishedVersion === null && <p>{t("willPublish")}</p>}
      <div className="nyd-field">
        <span className="nyd-label">{t("inputData")}</span>
        <JsonField value={input} label={t("inputData")} rows={8} onWrong={setWrong} onChange={setInput} />
        <p className="nyd-about">{t("inputDataAbout")}</p>
      </div>
      {refusal && <p className="nyd-wrong" role="alert">{refusal}</p>}
    </Dialog>
  );
}

function remembered(id: string): unknown {
  try {
    return JSON.parse(sessionStorage.getItem(`naryad.input.${id}`) ?? "{}");
  } catch {
    return {};
  }
}

function told(error: ApiError): string {
  const problems = (error.details.problems ?? []) as { message: string }[];
  return [error.message, ...problems.map((one) => one.message)].join(". ");
}
