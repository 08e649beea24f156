import { useEffect, useState } from "react";
import { all } from "../api/client";

export interface Choice {
  value: string;
  label: string;
}

const asked = new Map<string, Promise<Choice[]>>();

function ask(key: string, fetch: () => Promise<Choice[]>): Promise<Choice[]> {
  const known = asked.get(key);
  if (known) return known;
  const promise = fetch();
  asked.set(key, promise);
  promise.catch(() => asked.delete(key));
  return promise;
}

function useChoices(key: string | null, fetch: () => Promise<Choice[]>): Choice[] | null {
  const [choices, setChoices] = useState<Choice[] | null>(null);
  useEffect(() => {
    if (key === null) return;
    let isHere = true;
    ask(key, fetch).then(
      (found) => isHere && setChoices(found),
      () => isHere && setChoices([]),
    );
    return () => {
      isHere = false;
    };
  }, [key]);
  return choices;
}

/** Published workflows that this person may start. */
export function useCallable(isWanted: boolean): Choice[] | null {
  return useChoices(isWanted ? "callable" : null, async () => {
    const rows = await all<{ code: string; name: string }>("/workflows?callable=true&ordering=name");
    return rows.map((one) => ({ value: one.code, label: `${one.name} (${one.code})` }));
  });
}

/** Stored credentials of these kinds. */
export function useCredentials(kinds: string[] | undefined): Choice[] | null {
  return useChoices(kinds ? `credentials ${kinds.join()}` : null, async () => {
    const rows = await all<{ id: string; name: string; kind: string }>("/credentials");
    return rows.filter((one) => kinds!.includes(one.kind)).map((one) => ({ value: one.id, label: `${one.name} · ${one.kind}` }));
  });
}
