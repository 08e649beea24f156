import { t } from "../texts";

interface Props {
  names: readonly string[];
  shown: string;
  onChoose: (name: string) => void;
}

/** Tabs as the keyboard knows them: one of them takes the focus, arrows go on to the next. */
export function Tabs({ names, shown, onChoose }: Props) {
  const move = (event: React.KeyboardEvent<HTMLDivElement>) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (!step) return;
    event.preventDefault();
    const next = names[(names.indexOf(shown) + step + names.length) % names.length]!;
    onChoose(next);
    event.currentTarget.querySelector<HTMLElement>(`[data-tab="${next}"]`)?.focus();
  };
  return (
    <div className="nyd-tabs" role="tablist" onKeyDown={move}>
      {names.map((name) => (
        <button
          key={name}
          type="button"
          role="tab"
          data-tab={name}
          aria-selected={shown === name}
          tabIndex={shown === name ? 0 : -1}
          onClick={() => onChoose(name)}
        >
          {t(`tab_${name}`)}
        </button>
      ))}
    </div>
  );
}
