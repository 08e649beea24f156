import { useCallback, useEffect, useRef, useState } from "react";
import { all, ApiError, call, post } from "../api/client";
import type { NodeType, Problem, Workflow } from "../api/shapes";
import type { Catalogue } from "../model/catalogue";
import type { Definition } from "../model/definition";
import { t } from "../texts";

const CHECK_AFTER = 500;

/** The stored workflow and the node types that its kind may hold. */
export function useStored(id: string) {
  const [workflow, setWorkflow] = useState<Workflow | null>(null);
  const [catalogue, setCatalogue] = useState<Catalogue>(new Map());
  const [refusal, setRefusal] = useState<string | null>(null);
  useEffect(() => {
    const load = async () => {
      const { data } = await call<Workflow>("GET", `/workflows/${id}`);
      const types = await all<NodeType>(`/node-types?kind=${data.kind}`);
      setCatalogue(new Map(types.map((one) => [one.type, one])));
      setWorkflow(data);
    };
    load().catch((error) => setRefusal(error instanceof ApiError ? error.message : String(error)));
  }, [id]);
  return { workflow, setWorkflow, catalogue, refusal };
}

/** What the server finds wrong with the graph as it is drawn now. */
export function useProblems(workflow: Workflow, definition: Definition): Problem[] {
  const [problems, setProblems] = useState(workflow.problems);
  useEffect(() => {
    const stopper = new AbortController();
    const timer = window.setTimeout(() => {
      call<{ problems: Problem[] }>("POST", `/workflows/${workflow.id}/validate`, {
        body: { definition },
        signal: stopper.signal,
      }).then(
        ({ data }) => setProblems(data.problems),
        (error) => {
          if (error instanceof ApiError) setProblems([asProblem(error)]);
        },
      );
    }, CHECK_AFTER);
    return () => {
      window.clearTimeout(timer);
      stopper.abort();
    };
  }, [workflow.id, definition]);
  return problems;
}

const asProblem = (error: ApiError): Problem => ({
  code: error.code,
  severity: "error",
  nodeId: null,
  edgeId: null,
  message: [error.message, ...Object.values(error.details).map(String)].join(": "),
});

export type Saving = "saved" | "changed" | "saving" | "stale" | "failed";

/**
 * Saves drafts, one after another: the second waits for the version that the first makes. A version that somebody else
 * has saved meanwhile is never overwritten without being told.
 */
export function useSaving(workflow: Workflow, setWorkflow: (workflow: Workflow) => void) {
  const [saving, setSaving] = useState<Saving>("saved");
  const [message, setMessage] = useState<string | null>(null);
  const newest = useRef(workflow);
  newest.current = workflow;
  const kept = useRef(workflow.definition);
  const before = useRef<Promise<unknown>>(Promise.resolve());
  const put = useCallback(
    async (definition: Definition, over?: number): Promise<Workflow | null> => {
      setMessage(null);
      if (definition === kept.current && over === undefined) {
        setSaving("saved");
        return newest.current;
      }
      setSaving("saving");
      try {
        const { id, name, description, priority, code } = newest.current;
        const version = over ?? newest.current.version;
        const body = { name, description, priority, code, definition, version, draft: true };
        const { data } = await call<Workflow>("PUT", `/workflows/${id}`, { body });
        newest.current = data;
        kept.current = definition;
        setWorkflow(data);
        setSaving("saved");
        return data;
      } catch (error) {
        const isStale = error instanceof ApiError && (error.status === 409 || error.status === 412);
        setSaving(isStale ? "stale" : "failed");
        setMessage(error instanceof ApiError ? error.message : t("noConnection"));
        return null;
      }
    },
    [setWorkflow],
  );
  const save = useCallback(
    (definition: Definition, over?: number): Promise<Workflow | null> => {
      const mine = before.current.then(() => put(definition, over));
      before.current = mine;
      return mine;
    },
    [put],
  );
  return { saving, setSaving, message, save };
}

/** Publishes the version that is shown; refused if somebody has saved a newer one, which nobody has looked at here. */
export async function publish({ id, version }: Workflow): Promise<Workflow> {
  return (await call<Workflow>("POST", `/workflows/${id}/publish`, { headers: { "If-Match": `"${version}"` } })).data;
}

export async function unpublish(id: string): Promise<Workflow> {
  return post<Workflow>(`/workflows/${id}/unpublish`);
}
