/** The JSON of the API, as far as these pages read it. */
import type { Definition } from "../model/definition";

export interface Port {
  name: string;
  title: string;
  required: boolean;
}

export type Schema = Record<string, any>;

export interface NodeType {
  type: string;
  title: string;
  description: string;
  group: string;
  configSchema: Schema;
  inputs: Port[];
  outputs: Port[];
  starts: boolean;
  loops: boolean;
  returns: boolean;
  weight: string;
  defaults: { timeoutSeconds: number; retry: { attempts: number; backoff: string; delaySeconds: number } };
}

export interface Problem {
  code: string;
  severity: "error" | "warning" | "info";
  nodeId: string | null;
  edgeId: string | null;
  message: string;
}

export interface Workflow {
  id: string;
  code: string;
  name: string;
  description: string;
  kind: string;
  priority: number;
  version: number;
  status: "draft" | "published";
  publishedVersion: number | null;
  definition: Definition;
  problems: Problem[];
}

export interface Failure {
  code: string;
  message: string;
  details: Record<string, any>;
}

export interface Execution {
  id: string;
  workflowId: string;
  workflowCode: string;
  workflowName: string;
  version: number;
  versionId: string;
  origin: string;
  versionLabel: string;
  status: string;
  inputData: Record<string, unknown>;
  retryOf: string | null;
  parentExecutionId: string | null;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  error: Failure | null;
  seq: number;
}

export interface Step {
  id: string;
  nodeId: string;
  nodeType: string;
  label: string;
  status: string;
  attempt: number;
  startedAt: string | null;
  finishedAt: string | null;
  availableAt: string | null;
  waitReason: string | null;
  error: Failure | null;
}

export type Items = Record<string, unknown[]>;

export interface Attempt {
  number: number;
  worker: string;
  outcome: string;
  startedAt: string;
  endedAt: string;
  error: Failure | null;
}

export interface StepDetail extends Step {
  input: Items;
  output: Items;
  attempts: Attempt[];
  effects: { id: number; at: string; method: string; target: string; outcome: string }[];
}

export interface JournalEvent {
  seq: number;
  type: string;
  at: string;
  payload: Record<string, any>;
}

export interface LogLine {
  seq: number;
  at: string;
  level: string;
  stepId: string | null;
  message: string;
}

/** What a node gives in tests in the place of running. */
export interface Pin {
  nodeId: string;
  ports: Items;
  setBy: string | null;
  setAt: string;
}

/** What an expression gives on the data that are known. */
export interface Previewed {
  text: string;
  kind: string;
  isCut: boolean;
  error: string | null;
}

/** What would cure a finding of the graph as it is drawn: nodes and edges to be added. */
export interface Proposal {
  nodeId: string;
  code: string;
  source: string;
  target: string | null;
  nodes: Definition["nodes"];
  edges: NonNullable<Definition["edges"]>;
}
