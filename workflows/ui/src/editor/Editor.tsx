import type { ReactFlowInstance } from "@xyflow/react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Execution, Items, Proposal, Workflow } from "../api/shapes";
import { boot } from "../boot";
import { Canvas, NOTHING, type Selection } from "../graph/Canvas";
import { NodeList } from "../graph/NodeList";
import { firstConfig, useCatalogue } from "../model/catalogue";
import * as graph from "../model/definition";
import { useHistory } from "../model/history";
import { arranged, NODE_WIDTH, placesInstead } from "../model/layout";
import { Told, useTold } from "../parts/Told";
import { useDarkness } from "../parts/useDarkness";
import { RunControls } from "../run/RunControls";
import { RunDock } from "../run/RunDock";
import { StepView } from "../run/StepView";
import { useKnownData, useLastRun } from "../run/useKnownData";
import { statesOf, useRun } from "../run/useRun";
import { ActsDialog } from "../test/ActsDialog";
import { TestTab } from "../test/TestTab";
import { usePins } from "../test/usePins";
import { useTesting } from "../test/useTesting";
import { t } from "../texts";
import { Inspector } from "./Inspector";
import { Palette } from "./Palette";
import { PublishDialog } from "./PublishDialog";
import { StaleDialog } from "./StaleDialog";
import { StartDialog } from "./StartDialog";
import { Toolbar } from "./Toolbar";
import { UnpublishDialog } from "./UnpublishDialog";
import { useKeyboard } from "./useKeyboard";
import { repaired, useProposals } from "./useProposals";
import { publish, useProblems, useSaving } from "./useWorkflow";

interface Props {
  workflow: Workflow;
  setWorkflow: (workflow: Workflow) => void;
  onReload: () => void;
}

const NO_INPUT = {};
const CLIPBOARD = "naryad.clipboard";

/** The workbench: palette, graph, the chosen node and, after a start, the run. */
export function Editor({ workflow, setWorkflow, onReload }: Props) {
  const catalogue = useCatalogue();
  const isDark = useDarkness();
  const history = useHistory(workflow.definition);
  const definition = history.value;
  const stored = useRef(workflow.definition);
  const opened = useRef(workflow.definition);
  const places = useMemo(() => placesInstead(definition, opened.current), [definition]);
  /** The definition with the places that are shown: the first to move or add a node settles those of all. */
  const settled = useMemo(() => (places ? graph.move(definition, places) : definition), [definition, places]);
  const problems = useProblems(workflow, definition);
  const proposals = useProposals(workflow.id, definition, problems);
  const { saving, setSaving, message, save } = useSaving(workflow, setWorkflow);
  const [selection, setSelection] = useState<Selection>(NOTHING);
  const [dialog, setDialog] = useState<"publish" | "unpublish" | "start" | null>(null);
  const [told, tell] = useTold();
  const [runId, setRunId] = useState<string | null>(null);
  const [stepId, setStepId] = useState<string | null>(null);
  const [retry, setRetry] = useState<string | null>(null);
  const run = useRun(runId);
  const states = useMemo(() => statesOf(run), [run]);
  const last = useLastRun(workflow.id);
  const given = useKnownData(run, last);
  const pins = usePins(workflow.id);
  const known = useMemo(() => {
    const pinned = [...pins.byNode].map(([name, one]): [string, Items] => [name, one.ports]);
    return new Map([...given, ...pinned]);
  }, [given, pins.byNode]);
  const [tab, setTab] = useState("config");
  const [asList, setAsList] = useState(false);
  const flow = useRef<ReactFlowInstance | null>(null);
  const mayEdit = boot.may["workflow.edit"] ?? false;
  const isChanged = definition !== stored.current;

  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => isChanged && event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [isChanged]);

  const { set } = history;
  const change = useCallback(
    (next: graph.Definition, tag: string | null = null) => {
      if (!mayEdit) return;
      set(next, tag);
      setSaving("changed");
    },
    [mayEdit, set, setSaving],
  );

  const add = useCallback(
    (type: string, position: { x: number; y: number }) => {
      const found = catalogue.get(type)!;
      const place = { x: Math.round(position.x), y: Math.round(position.y) };
      const node = { type, position: place, data: { label: found.title, config: firstConfig(found) } };
      const [next, id] = graph.addNode(settled, node);
      change(next);
      setSelection({ nodes: new Set([id]), edges: new Set() });
    },
    [catalogue, settled, change],
  );
  const addAside = useCallback(
    (type: string) => {
      const chosen = definition.nodes.find((one) => selection.nodes.has(one.id)) ?? definition.nodes.at(-1);
      const from = chosen && flow.current?.getNode(chosen.id)?.position;
      add(type, from ? { x: from.x + NODE_WIDTH + 90, y: from.y } : { x: 0, y: 0 });
      requestAnimationFrame(() => void flow.current?.fitView({ padding: 0.2, maxZoom: 1, duration: 200 }));
    },
    [add, definition, selection],
  );

  const store = useCallback(
    async (over?: number): Promise<Workflow | null> => {
      if (!mayEdit) return null;
      const sent = definition;
      const saved = await save(sent, over);
      if (saved) {
        stored.current = sent;
        tell(t("savedVersion", { version: saved.version }));
      }
      return saved;
    },
    [definition, mayEdit, save, tell],
  );
  const storeAndPublish = useCallback(async (): Promise<Workflow | null> => {
    const saved = isChanged || workflow.version === 0 ? await store() : workflow;
    if (!saved) return null;
    const published = await publish(saved);
    setWorkflow(published);
    return published;
  }, [isChanged, setWorkflow, store, workflow]);
  const openGate = useCallback(async () => {
    if (!isChanged || (await store())) setDialog("publish");
  }, [isChanged, store]);

  const erase = useCallback(() => {
    if (!selection.nodes.size && !selection.edges.size) return;
    change(graph.remove(definition, selection.nodes, selection.edges));
    setSelection(NOTHING);
  }, [change, definition, selection]);
  const copy = useCallback(() => {
    if (selection.nodes.size) localStorage.setItem(CLIPBOARD, JSON.stringify(graph.take(definition, selection.nodes)));
  }, [definition, selection]);
  const paste = useCallback(() => {
    const text = localStorage.getItem(CLIPBOARD);
    if (!text) return;
    const [next, made] = graph.put(settled, JSON.parse(text));
    change(next);
    setSelection({ nodes: made, edges: new Set() });
  }, [change, settled]);
  const arrange = useCallback(() => {
    change(graph.move(definition, arranged(definition)));
    requestAnimationFrame(() => void flow.current?.fitView({ padding: 0.2, maxZoom: 1, duration: 250 }));
  }, [change, definition]);
  const addNote = useCallback(() => {
    const place = flow.current?.screenToFlowPosition({ x: window.innerWidth / 2, y: 260 }) ?? { x: 0, y: -120 };
    change(graph.addNote(definition, { x: Math.round(place.x), y: Math.round(place.y) }));
  }, [change, definition]);

  useKeyboard({
    save: () => void store(),
    undo: history.undo,
    redo: history.redo,
    copy,
    paste,
    erase,
    all: () => setSelection({ nodes: new Set(definition.nodes.map((one) => one.id)), edges: new Set() }),
    leave: () => setSelection(NOTHING),
  });

  const edit = useMemo(
    () =>
      mayEdit
        ? {
            move: (moved: Map<string, { x: number; y: number }>) => change(graph.move(settled, moved)),
            connect: (link: any) => {
              const { source, target, sourceHandle, targetHandle } = link;
              change(graph.connect(definition, { source, target, sourceHandle, targetHandle }));
            },
            note: (id: string, text: string) => change(graph.changeNote(definition, id, text), `note ${id}`),
            drop: add,
          }
        : null,
    [mayEdit, change, definition, settled, add],
  );

  const chosen = selection.nodes.size === 1 ? definition.nodes.find((one) => selection.nodes.has(one.id)) : undefined;
  const steps = [...run.steps.values()].filter((one) => one.nodeId === chosen?.id && one.status !== "dropped");
  const step = steps.find((one) => one.id === stepId) ?? steps.find((one) => one.status === "failed") ?? steps.at(-1);
  const show = (nodeId: string) => {
    setSelection({ nodes: new Set([nodeId]), edges: new Set() });
    void flow.current?.fitView({ nodes: [{ id: nodeId }], maxZoom: 1, duration: 250 });
  };
  const chooseStep = (id: string) => {
    setStepId(id);
    setTab("run");
    const nodeId = run.steps.get(id)?.nodeId;
    if (nodeId) setSelection({ nodes: new Set([nodeId]), edges: new Set() });
  };
  const watch = (execution: Execution) => {
    setDialog(null);
    setStepId(null);
    setRunId(execution.id);
  };
  const testing = useTesting(workflow.id, definition, (run.execution ?? last)?.id ?? null, (execution) => {
    watch(execution);
    setTab("run");
  });
  const repair = (proposal: Proposal) => change(repaired(settled, proposal));

  return (
    <div className="nyd-editor" data-saving={saving}>
      <Toolbar
        workflow={workflow}
        isChanged={isChanged}
        saving={saving}
        problems={problems}
        proposals={proposals}
        onRepair={repair}
        history={mayEdit ? history : null}
        runId={runId}
        onSave={() => void store()}
        onPublish={() => void openGate()}
        onUnpublish={() => setDialog("unpublish")}
        onStart={() => setDialog("start")}
        onArrange={arrange}
        onNote={addNote}
        onShow={show}
        asList={asList}
        onAsList={() => setAsList(!asList)}
      >
        {runId && (
          <RunControls
            run={run}
            retry={retry}
            onRetry={setRetry}
            onStarted={(execution) => execution.id !== runId && watch(execution)}
            onRefused={tell}
          />
        )}
      </Toolbar>
      <div className="nyd-middle">
        {mayEdit && <Palette onAdd={addAside} />}
        <div className="nyd-center">
          <div className="nyd-canvas">
            <Canvas
              definition={definition}
              places={places}
              problems={problems}
              states={states}
              pinned={pins.byNode}
              selection={selection}
              isDark={isDark}
              onSelect={setSelection}
              onReady={(instance) => {
                flow.current = instance;
              }}
              edit={edit}
            />
            {definition.nodes.length === 0 && <p className="nyd-empty">{t(mayEdit ? "emptyGraph" : "emptyLook")}</p>}
            {asList && (
              <NodeList definition={definition} problems={problems} states={states} chosen={chosen?.id ?? null} onChoose={show} />
            )}
          </div>
          {runId && (
            <RunDock run={run} definition={definition} chosen={step?.id ?? null} onChoose={chooseStep} />
          )}
        </div>
        {chosen && (
          <Inspector
            node={chosen}
            definition={definition}
            problems={problems}
            proposals={proposals.filter((one) => one.nodeId === chosen.id)}
            readOnly={!mayEdit}
            known={known}
            workflowId={workflow.id}
            inputData={(run.execution ?? last)?.inputData ?? NO_INPUT}
            tab={tab}
            onTab={setTab}
            onRepair={repair}
            onLinks={change}
            test={
              mayEdit && boot.may["execution.start"] ? (
                <TestTab nodeId={chosen.id} testing={testing} pins={pins} given={given.get(chosen.id)} />
              ) : null
            }
            run={
              runId && step ? (
                <StepView
                  executionId={runId}
                  step={step}
                  steps={steps}
                  onChoose={setStepId}
                  onRetry={boot.may["execution.control"] && run.execution?.finishedAt ? setRetry : null}
                />
              ) : null
            }
            onChange={(by, tag) => change(graph.changeNode(definition, chosen.id, by), tag)}
            onClose={() => setSelection(NOTHING)}
            onDelete={erase}
          />
        )}
      </div>
      <Told told={told} failure={message} />
      {saving === "stale" && (
        <StaleDialog
          workflow={workflow}
          onReload={onReload}
          onOverwrite={(version) => void store(version)}
          onClose={() => setSaving("changed")}
        />
      )}
      {testing.acting && <ActsDialog nodes={testing.acting} onGo={testing.confirm} onClose={testing.leave} />}
      {dialog === "publish" && (
        <PublishDialog
          workflow={workflow}
          problems={problems}
          onClose={() => setDialog(null)}
          onShow={(id) => {
            setDialog(null);
            show(id);
          }}
          onPublished={(published) => {
            setDialog(null);
            setWorkflow(published);
            tell(t("publishedVersion", { version: published.version }));
          }}
        />
      )}
      {dialog === "unpublish" && (
        <UnpublishDialog
          workflow={workflow}
          onClose={() => setDialog(null)}
          onUnpublished={(unpublished) => {
            setDialog(null);
            setWorkflow(unpublished);
            tell(t("unpublished"));
          }}
        />
      )}
      {dialog === "start" && (
        <StartDialog
          workflow={workflow}
          isChanged={isChanged}
          onPublish={storeAndPublish}
          onClose={() => setDialog(null)}
          onStarted={watch}
        />
      )}
    </div>
  );
}
