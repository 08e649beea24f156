import { useCallback, useEffect, useState } from "react";
import { call, get } from "../api/client";
import type { Items, Pin } from "../api/shapes";

export interface Pins {
  byNode: Map<string, Pin>;
  pin: (nodeId: string, ports: Items) => Promise<void>;
  unpin: (nodeId: string) => Promise<void>;
}

/** The pinned data of a workflow. They are kept beside the definition, at once and without a version. */
export function usePins(workflowId: string): Pins {
  const [byNode, setByNode] = useState<Map<string, Pin>>(new Map());
  useEffect(() => {
    get<{ results: Pin[] }>(`/workflows/${workflowId}/pins`).then(
      ({ results }) => setByNode(new Map(results.map((one) => [one.nodeId, one]))),
      () => undefined,
    );
  }, [workflowId]);
  const address = (nodeId: string) => `/workflows/${workflowId}/pins/${encodeURIComponent(nodeId)}`;
  const pin = useCallback(
    async (nodeId: string, ports: Items) => {
      const { data } = await call<Pin>("PUT", address(nodeId), { body: { ports } });
      setByNode((before) => new Map(before).set(nodeId, data));
    },
    [workflowId],
  );
  const unpin = useCallback(
    async (nodeId: string) => {
      await call("DELETE", address(nodeId));
      setByNode((before) => new Map([...before].filter(([name]) => name !== nodeId)));
    },
    [workflowId],
  );
  return { byNode, pin, unpin };
}
