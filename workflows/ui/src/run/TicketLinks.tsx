import { useEffect, useState } from "react";
import { get } from "../api/client";
import type { Step } from "../api/shapes";
import { address } from "../boot";
import { t } from "../texts";

/** The tickets that the run has opened; asked for again when one of `steps` may have opened another. */
export function TicketLinks({ executionId, steps }: { executionId: string; steps: Iterable<Step> }) {
  const openings = [...steps].filter((one) => one.nodeType === "ticket-open").map((one) => one.status).join();
  const [tickets, setTickets] = useState<number[]>([]);
  useEffect(() => {
    get<{ results: { id: number }[] }>(`/tickets?executionId=${executionId}&pageSize=5`).then(
      ({ results }) => setTickets(results.map((one) => one.id)),
      () => undefined,
    );
  }, [executionId, openings]);
  return tickets.map((id) => (
    <a key={id} className="nyd-button nyd-quiet" href={address("ticket", String(id))}>
      {t("ticket", { number: id })}
    </a>
  ));
}
