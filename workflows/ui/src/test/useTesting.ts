import { useState } from "react";
import { ApiError, post } from "../api/client";
import type { Execution, Problem } from "../api/shapes";
import type { Definition } from "../model/definition";

/** A test that was asked for: a node alone, or with all that leads to it. */
export interface Asked {
  nodeId: string;
  alone: boolean;
}

export interface Testing {
  isBusy: boolean;
  refusal: string | null;
  /** The names of the nodes that would work outside: the test waits for a word. */
  acting: string[] | null;
  begin: (asked: Asked) => void;
  confirm: () => void;
  leave: () => void;
}

/** Starts tests of what is drawn now; `known` is a run whose data come in where nothing is pinned. */
export function useTesting(
  workflowId: string,
  definition: Definition,
  known: string | null,
  onStarted: (execution: Execution) => void,
): Testing {
  const [isBusy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [waiting, setWaiting] = useState<{ asked: Asked; acting: string[] } | null>(null);
  const ask = async (asked: Asked, confirmed: boolean) => {
    setBusy(true);
    setRefusal(null);
    setWaiting(null);
    try {
      const inputData = JSON.parse(sessionStorage.getItem(`naryad.input.${workflowId}`) ?? "{}");
      const body = { ...asked, definition, inputData, confirmed, ...(known ? { executionId: known } : {}) };
      onStarted(await post<Execution>(`/workflows/${workflowId}/test`, body));
    } catch (error) {
      if (error instanceof ApiError && error.code === "test_acts") setWaiting({ asked, acting: error.details.nodes });
      else setRefusal(error instanceof ApiError ? told(error) : String(error));
    } finally {
      setBusy(false);
    }
  };
  return {
    isBusy,
    refusal,
    acting: waiting?.acting ?? null,
    begin: (asked) => void ask(asked, false),
    confirm: () => waiting && void ask(waiting.asked, true),
    leave: () => setWaiting(null),
  };
}

function told(error: ApiError): string {
  const problems = (error.details.problems ?? []) as Problem[];
  const nodes = (error.details.nodes ?? []) as string[];
  return [error.message, nodes.join(", "), ...problems.map((one) => one.message)].filter(Boolean).join(". ");
}
