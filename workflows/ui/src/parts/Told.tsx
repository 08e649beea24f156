import { useCallback, useState } from "react";

interface Saying {
  text: string;
  number: number;
}

/** The last word to the person, and the way to say the next: each is shown anew, also when it is the same. */
export function useTold(): [Saying | null, (text: string) => void] {
  const [told, setTold] = useState<Saying | null>(null);
  const tell = useCallback((text: string) => setTold((last) => ({ text, number: (last?.number ?? 0) + 1 })), []);
  return [told, tell];
}

/** What has just been said, for a while; a failure stays until it is over. */
export function Told({ told, failure }: { told: Saying | null; failure?: string | null }) {
  return (
    <p className="nyd-told" role="status" aria-live="polite">
      {failure ? <span className="nyd-told-wrong">{failure}</span> : told && <span key={told.number}>{told.text}</span>}
    </p>
  );
}
