import { useCallback, useReducer } from "react";

interface Timeline<T> {
  past: T[];
  present: T;
  future: T[];
  tag: string | null;
}

type Act<T> = { do: "set"; value: T; tag: string | null } | { do: "undo" } | { do: "redo" } | { do: "reset"; value: T };

const DEPTH = 200;

function reduce<T>(line: Timeline<T>, act: Act<T>): Timeline<T> {
  switch (act.do) {
    case "set": {
      if (act.value === line.present) return line;
      // Letters typed into one field are one step back, not many.
      const isSameGesture = act.tag !== null && act.tag === line.tag && line.past.length > 0;
      const past = isSameGesture ? line.past : [...line.past.slice(-DEPTH), line.present];
      return { past, present: act.value, future: [], tag: act.tag };
    }
    case "undo": {
      const before = line.past.at(-1);
      if (before === undefined) return line;
      return { past: line.past.slice(0, -1), present: before, future: [line.present, ...line.future], tag: null };
    }
    case "redo": {
      const [after, ...future] = line.future;
      if (after === undefined) return line;
      return { past: [...line.past, line.present], present: after, future, tag: null };
    }
    case "reset":
      return { past: [], present: act.value, future: [], tag: null };
  }
}

/** A value with its past. Changes with the same tag in a row count as one. */
export function useHistory<T>(first: T) {
  const [line, act] = useReducer(reduce<T>, { past: [], present: first, future: [], tag: null });
  return {
    value: line.present,
    canUndo: line.past.length > 0,
    canRedo: line.future.length > 0,
    set: useCallback((value: T, tag: string | null = null) => act({ do: "set", value, tag }), []),
    undo: useCallback(() => act({ do: "undo" }), []),
    redo: useCallback(() => act({ do: "redo" }), []),
    reset: useCallback((value: T) => act({ do: "reset", value }), []),
  };
}
