import { useEffect, useState } from "react";
import { get } from "../api/client";
import type { Execution, Items, StepDetail } from "../api/shapes";
import type { Run } from "./useRun";

/** The last run of a workflow that is no test, for whoever wants to see real data before anything is run. */
export function useLastRun(workflowId: string): Execution | null {
  const [last, setLast] = useState<Execution | null>(null);
  useEffect(() => {
    get<{ results: Execution[] }>(`/workflows/${workflowId}/executions?pageSize=10`).then(
      ({ results }) => setLast(results.find((one) => one.origin !== "test" && one.finishedAt) ?? null),
      () => undefined,
    );
  }, [workflowId]);
  return last;
}

/** What nodes gave in the run that is shown, else in the last one: one page is enough for expressions. */
export function useKnownData(run: Run, last: Execution | null): Map<string, Items> {
  const [known, setKnown] = useState<Map<string, Items>>(new Map());
  const about = run.execution ?? last;
  const id = about?.id;
  const isOver = Boolean(about?.finishedAt);
  useEffect(() => {
    if (!id || !isOver) return;
    let isHere = true;
    get<{ results: StepDetail[] }>(`/executions/${id}/steps?pageSize=50`).then(
      (page) => isHere && setKnown(new Map(page.results.map((step) => [step.nodeId, step.output]))),
      () => undefined,
    );
    return () => {
      isHere = false;
    };
  }, [id, isOver]);
  return known;
}
