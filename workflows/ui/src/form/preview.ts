import { createContext, useContext, useEffect, useState } from "react";
import type { Previewed } from "../api/shapes";

/** Asks the server what a text with expressions gives; null where there is nobody to ask. */
export type Ask = ((text: string, signal: AbortSignal) => Promise<Previewed>) | null;

export const PreviewContext = createContext<Ask>(null);

const AFTER = 350;

/** What the text gives on real data, a moment after the last letter. */
export function usePreview(text: string): Previewed | null {
  const ask = useContext(PreviewContext);
  const [shown, setShown] = useState<Previewed | null>(null);
  const isTemplate = text.includes("{{");
  useEffect(() => {
    if (!ask || !isTemplate) {
      setShown(null);
      return;
    }
    const stopper = new AbortController();
    const timer = window.setTimeout(() => {
      ask(text, stopper.signal).then(setShown, () => undefined);
    }, AFTER);
    return () => {
      window.clearTimeout(timer);
      stopper.abort();
    };
  }, [ask, text, isTemplate]);
  return isTemplate ? shown : null;
}
