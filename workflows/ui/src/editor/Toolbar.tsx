import { type ReactNode, useState } from "react";
import type { Problem, Proposal, Workflow } from "../api/shapes";
import { address, boot } from "../boot";
import { Button } from "../parts/Button";
import { toggleFull } from "../parts/full";
import { t } from "../texts";
import { Repair } from "./Repair";
import type { Saving } from "./useWorkflow";

interface Props {
  workflow: Workflow;
  isChanged: boolean;
  saving: Saving;
  problems: Problem[];
  proposals: Proposal[];
  history: { canUndo: boolean; canRedo: boolean; undo: () => void; redo: () => void } | null;
  runId: string | null;
  onSave: () => void;
  onPublish: () => void;
  onUnpublish: () => void;
  onStart: () => void;
  onArrange: () => void;
  onNote: () => void;
  onShow: (nodeId: string) => void;
  onRepair: (proposal: Proposal) => void;
  asList: boolean;
  onAsList: () => void;
  children?: ReactNode;
}

/** What the workflow is called, how it stands, and everything that can be done with it. */
export function Toolbar(props: Props) {
  const { workflow, isChanged, saving, problems, history, runId } = props;
  const state = workflow.publishedVersion === null ? "never" : workflow.status === "published" && !isChanged ? "published" : "behind";
  return (
    <header className="nyd-toolbar">
      <a className="nyd-back" href={address("workflow", workflow.id)} aria-label={t("backToWorkflow")} title={t("backToWorkflow")}>
        ←
      </a>
      <h2>
        {workflow.name} <small>{workflow.code}</small>
      </h2>
      <span className={`nyd-chip nyd-chip-${state}`} title={t("versions", { version: workflow.version, published: workflow.publishedVersion ?? "—" })}>
        {t(`chip_${state}`)} · v{workflow.version}
        {isChanged && "*"}
      </span>
      <Findings problems={problems} proposals={props.proposals} onShow={props.onShow} onRepair={props.onRepair} />
      <span className="nyd-grow" />
      {props.children}
      {runId && (
        <a className="nyd-button nyd-quiet" href={address("run", runId)}>
          {t("openRun")}
        </a>
      )}
      {history && (
        <div className="nyd-tools" role="group" aria-label={t("editing")}>
          <Button label={t("undo")} title={`${t("undo")} (Ctrl+Z)`} icon="undo" bare tone="quiet" disabled={!history.canUndo} onClick={history.undo} />
          <Button label={t("redo")} title={`${t("redo")} (Ctrl+Y)`} icon="redo" bare tone="quiet" disabled={!history.canRedo} onClick={history.redo} />
          <Button label={t("arrange")} icon="layout" bare tone="quiet" onClick={props.onArrange} />
          <Button label={t("addNote")} icon="note" bare tone="quiet" onClick={props.onNote} />
        </div>
      )}
      <Button label={t("asList")} icon="list" bare tone="quiet" pressed={props.asList} onClick={props.onAsList} />
      <Button label={t("fullScreen")} icon="full" bare tone="quiet" onClick={toggleFull} />
      {history && (
        <Button
          label={saving === "saving" ? t("saving") : t("save")}
          title={`${t("save")} (Ctrl+S)`}
          icon="save"
          disabled={!isChanged || saving === "saving"}
          onClick={props.onSave}
        />
      )}
      {boot.may["workflow.publish"] && (
        <Button label={t("publish")} icon="publish" disabled={state === "published"} onClick={props.onPublish} />
      )}
      {boot.may["workflow.publish"] && workflow.publishedVersion !== null && (
        <Button label={t("unpublish")} icon="unpublish" bare tone="quiet" onClick={props.onUnpublish} />
      )}
      {boot.may["execution.start"] && <Button label={t("run")} icon="play" tone="main" onClick={props.onStart} />}
    </header>
  );
}

function Findings({ problems, proposals, onShow, onRepair }: Pick<Props, "problems" | "proposals" | "onShow" | "onRepair">) {
  const [isOpen, setOpen] = useState(false);
  const errors = problems.filter((one) => one.severity === "error").length;
  const worst = errors ? "error" : problems.some((one) => one.severity === "warning") ? "warning" : "info";
  if (!problems.length) return <span className="nyd-good nyd-findings-none">{t("noFindings")}</span>;
  return (
    <div className="nyd-findings">
      <button
        type="button"
        className={`nyd-chip nyd-chip-${worst}`}
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        {t("findings")}: {problems.length}
      </button>
      {isOpen && (
        <ul className="nyd-problems nyd-popup">
          {problems.map((one, place) => (
            <li key={place} className={`nyd-problem-${one.severity}`}>
              {one.nodeId ? (
                <button type="button" className="nyd-link" onClick={() => onShow(one.nodeId!)}>
                  {one.message}
                </button>
              ) : (
                one.message
              )}
            </li>
          ))}
          {proposals.map((one, place) => (
            <li key={`repair ${place}`} className="nyd-problem-repair">
              <Repair proposal={one} onRepair={onRepair} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
