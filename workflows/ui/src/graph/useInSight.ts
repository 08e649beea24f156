import type { ReactFlowInstance } from "@xyflow/react";
import { type RefObject, useCallback, useEffect, useRef } from "react";

const MARGIN = 24;

/** Keeps the graph in the middle when panels beside it open and close, and what is chosen in sight. */
export function useInSight(flow: RefObject<ReactFlowInstance | null>, chosen: Set<string>) {
  const surface = useRef<HTMLDivElement | null>(null);
  const watcher = useRef<ResizeObserver | null>(null);
  const names = useRef(chosen);
  names.current = chosen;

  const look = useCallback(() => {
    const [id] = names.current;
    const view = surface.current?.getBoundingClientRect();
    const card = id && surface.current?.querySelector(`.react-flow__node[data-id="${CSS.escape(id)}"]`)?.getBoundingClientRect();
    if (!view || !card) return;
    const right = Math.max(0, card.right - view.right + MARGIN) || Math.min(0, card.left - view.left - MARGIN);
    const down = Math.max(0, card.bottom - view.bottom + MARGIN) || Math.min(0, card.top - view.top - MARGIN);
    const { x, y, zoom } = flow.current!.getViewport();
    if (right || down) void flow.current!.setViewport({ x: x - right, y: y - down, zoom }, { duration: 150 });
  }, [flow]);

  useEffect(() => look(), [chosen, look]);

  return useCallback(
    (element: HTMLDivElement | null) => {
      watcher.current?.disconnect();
      surface.current = element;
      if (!element) return;
      let before = element.getBoundingClientRect();
      watcher.current = new ResizeObserver(() => {
        const now = element.getBoundingClientRect();
        if (now.width === before.width && now.height === before.height) return;
        const viewport = flow.current?.getViewport();
        if (viewport) {
          const x = viewport.x + (now.width - before.width) / 2;
          const y = viewport.y + (now.height - before.height) / 2;
          void flow.current!.setViewport({ ...viewport, x, y });
        }
        before = now;
        look();
      });
      watcher.current.observe(element);
    },
    [flow, look],
  );
}
