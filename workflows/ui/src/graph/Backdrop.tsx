import { Background, useStore } from "@xyflow/react";
import { useEffect, useRef } from "react";

/** Below this zoom small letters cannot be read and the dots of the background run together: neither is drawn. */
const FAR = 0.45;

/** The dots behind the graph. From afar they, ports and small letters cost more time than everything else. */
export function Backdrop() {
  const isFar = useStore((state) => state.transform[2] < FAR);
  const mark = useRef<HTMLSpanElement | null>(null);
  useEffect(() => {
    mark.current?.closest(".react-flow")?.classList.toggle("nyd-far", isFar);
  }, [isFar]);
  return (
    <>
      <span ref={mark} hidden />
      {!isFar && <Background gap={22} />}
    </>
  );
}
