import { useEffect, useState } from "react";
import { get } from "../api/client";
import type { LogLine, Step } from "../api/shapes";
import { moment, t } from "../texts";

interface Props {
  executionId: string;
  newest: number;
  steps: Map<string, Step>;
  onChoose: (stepId: string) => void;
}

const LEVELS = ["debug", "info", "warning", "error"];
const MOST = 1000;

/** The journal as sentences in the person's language, narrowed down by level and by words. */
export function LogView({ executionId, newest, steps, onChoose }: Props) {
  const [lines, setLines] = useState<LogLine[]>([]);
  const [least, setLeast] = useState("info");
  const [words, setWords] = useState("");
  useEffect(() => setLines([]), [executionId]);
  useEffect(() => {
    const timer = window.setTimeout(async () => {
      const since = lines.at(-1)?.seq ?? 0;
      if (newest <= since) return;
      const { results } = await get<{ results: LogLine[] }>(`/executions/${executionId}/logs?since=${since}`);
      setLines((before) => [...before, ...results.filter((one) => one.seq > (before.at(-1)?.seq ?? 0))]);
    }, 150);
    return () => window.clearTimeout(timer);
  }, [executionId, newest, lines]);
  const wanted = LEVELS.slice(LEVELS.indexOf(least));
  const found = lines.filter(
    (one) => wanted.includes(one.level) && one.message.toLowerCase().includes(words.toLowerCase()),
  );
  const shown = found.slice(-MOST);
  return (
    <div className="nyd-log">
      <div className="nyd-log-tools">
        <select aria-label={t("level")} value={least} onChange={(event) => setLeast(event.target.value)}>
          {LEVELS.map((level) => (
            <option key={level} value={level}>
              {t(`level_${level}`)}
            </option>
          ))}
        </select>
        <input
          type="search"
          placeholder={t("searchLog")}
          aria-label={t("searchLog")}
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
      </div>
      {found.length > MOST && <p className="nyd-quiet-text">{t("lastRows", { shown: MOST, count: found.length })}</p>}
      <ol aria-live="polite" aria-relevant="additions">
        {shown.map((line) => {
          const step = line.stepId ? steps.get(line.stepId) : undefined;
          return (
            <li key={line.seq} className={`nyd-line-${line.level}`}>
              <time dateTime={line.at}>{moment(line.at)}</time>
              {step ? (
                <button type="button" className="nyd-link" onClick={() => onChoose(step.id)}>
                  {step.label}
                </button>
              ) : (
                <span />
              )}
              <span>{line.message}</span>
            </li>
          );
        })}
      </ol>
    </div>
  );
}
