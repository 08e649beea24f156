import { useEffect, useState } from "react";
import { call } from "../api/client";
import type { Problem, Proposal } from "../api/shapes";
import { boot } from "../boot";
import { type Definition, edgesOf } from "../model/definition";

/** Repairs of the graph as it is drawn now, asked for whenever the check has found what they would cure. */
export function useProposals(workflowId: string, definition: Definition, problems: Problem[]): Proposal[] {
  const [proposals, setProposals] = useState<Proposal[]>([]);
  useEffect(() => {
    setProposals([]);
    if (!boot.may["workflow.edit"] || !problems.length) return;
    const stopper = new AbortController();
    const options = { body: { definition }, signal: stopper.signal };
    call<Proposal[]>("POST", `/workflows/${workflowId}/proposals`, options).then(({ data }) => setProposals(data), () => undefined);
    return () => stopper.abort();
  }, [workflowId, problems]);
  return proposals;
}

/** The definition with a proposal carried out. */
export function repaired(definition: Definition, proposal: Proposal): Definition {
  return {
    ...definition,
    nodes: [...definition.nodes, ...proposal.nodes],
    edges: [...edgesOf(definition), ...proposal.edges],
  };
}
