import { useEffect, useMemo, useState } from "react";
import type { Definition } from "../model/definition";
import { OPEN_RUN, stateName } from "../parts/state";
import { duration, t } from "../texts";
import { KINDS, type Kind, rowsOf } from "./spans";
import type { Run } from "./useRun";

interface Props {
  run: Run;
  definition: Definition;
  chosen: string | null;
  onChoose: (stepId: string) => void;
}

const MOST = 400;

/** Where the time went: every step as a line, split into queue, work, rests between tries, limits and waiting. */
export function Timeline({ run, definition, chosen, onChoose }: Props) {
  const isOpen = OPEN_RUN.has(run.execution?.status ?? "");
  const now = useNow(isOpen);
  const rows = useMemo(() => rowsOf(run, definition, now), [run, definition, now]);
  const spans = rows.flatMap((row) => row.spans);
  if (!spans.length) return <p className="nyd-quiet-text">{t("nothingHasRun")}</p>;
  const from = spans.reduce((least, one) => Math.min(least, one.from), Infinity);
  const to = spans.reduce((most, one) => Math.max(most, one.to), 0);
  const whole = Math.max(to - from, 1);
  const percent = (value: number) => `${(value / whole) * 100}%`;
  const totals = Object.fromEntries(KINDS.map((kind) => [kind, rows.reduce((sum, row) => sum + row.totals[kind], 0)]));
  return (
    <div className="nyd-timeline">
      <ul className="nyd-legend" aria-label={t("legend")}>
        {KINDS.filter((kind) => totals[kind]! > 0).map((kind) => (
          <li key={kind}>
            <i className={`nyd-span-${kind}`} aria-hidden="true" />
            {t(`span_${kind}`)}: <b>{duration(totals[kind]!)}</b>
          </li>
        ))}
        <li className="nyd-whole">
          {t("wholeTime")}: <b>{duration(whole)}</b>
        </li>
      </ul>
      <div role="list">
        {rows.slice(0, MOST).map((row) => (
          <button
            key={row.step.id}
            type="button"
            role="listitem"
            className={`nyd-time-row nyd-s-${row.step.status}${chosen === row.step.id ? " nyd-chosen" : ""}`}
            onClick={() => onChoose(row.step.id)}
            aria-label={`${row.step.label}: ${stateName(row.step.status)}. ${told(row.totals)}`}
          >
            <span className="nyd-time-name">
              <span className="nyd-dot" aria-hidden="true" />
              {row.step.label}
            </span>
            <span className="nyd-bar" title={told(row.totals)}>
              {row.spans.map((span, place) => (
                <i
                  key={place}
                  className={`nyd-span-${span.kind}`}
                  style={{ left: percent(span.from - from), width: `max(2px, ${percent(span.to - span.from)})` }}
                />
              ))}
            </span>
            <span className="nyd-time-sum">{duration(row.totals.run)}</span>
          </button>
        ))}
      </div>
      {rows.length > MOST && <p className="nyd-quiet-text">{t("firstRows", { shown: MOST, count: rows.length })}</p>}
    </div>
  );
}

const told = (totals: Record<Kind, number>): string =>
  KINDS.filter((kind) => totals[kind] > 0)
    .map((kind) => `${t(`span_${kind}`)} ${duration(totals[kind])}`)
    .join(", ");

function useNow(isMoving: boolean): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (!isMoving) return;
    const timer = window.setInterval(() => setNow(Date.now()), 1000);
    return () => window.clearInterval(timer);
  }, [isMoving]);
  return now;
}
