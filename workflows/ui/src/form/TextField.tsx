import { useId, useRef, useState } from "react";
import { Button } from "../parts/Button";
import { t } from "../texts";
import { usePreview } from "./preview";

interface Props {
  value: string;
  label: string;
  suggestions: string[];
  long?: boolean;
  readOnly?: boolean;
  placeholder?: string;
  describedBy?: string;
  onChange: (value: string) => void;
  onLeave?: () => void;
}

const OPENED = /\{\{\s*([^{}]*)$/;
/** The sign of n8n before a text with expressions; not that of a formula (`foreign_signs.py` asks the same). */
const FOREIGN_SIGN = /^=(?![=>])(?!\s*[+-]?\$?[A-Za-z.]+\$?[\d(!])(?=[^]*\{\{)/;

/** A text in which `{{` offers the fields that reach the node. */
export function TextField({ value, label, suggestions, long, readOnly, placeholder, describedBy, onChange, onLeave }: Props) {
  const element = useRef<HTMLTextAreaElement>(null);
  const list = useId();
  const given = useId();
  const preview = usePreview(readOnly ? "" : value);
  const [offered, setOffered] = useState<string[]>([]);
  const [at, setAt] = useState(0);

  const look = () => {
    const before = element.current?.value.slice(0, element.current.selectionStart) ?? "";
    const typed = OPENED.exec(before)?.[1]?.trim().toLowerCase();
    setOffered(typed === undefined ? [] : suggestions.filter((one) => one.toLowerCase().includes(typed)).slice(0, 12));
    setAt(0);
  };
  const accept = (text: string) => {
    const field = element.current!;
    const before = field.value.slice(0, field.selectionStart).replace(OPENED, `{{ ${text} }}`);
    const after = field.value.slice(field.selectionStart).replace(/^\s*\}\}/, "");
    onChange(before + after);
    setOffered([]);
    requestAnimationFrame(() => field.setSelectionRange(before.length, before.length));
  };

  return (
    <div className="nyd-text">
      <textarea
        ref={element}
        rows={long ? 8 : Math.min(6, value.split("\n").length)}
        className={value.includes("{{") ? "nyd-template" : undefined}
        spellCheck={false}
        value={value}
        aria-label={label}
        aria-describedby={preview ? given : describedBy}
        aria-controls={offered.length ? list : undefined}
        aria-expanded={offered.length > 0}
        role="combobox"
        aria-autocomplete="list"
        readOnly={readOnly}
        placeholder={placeholder}
        onChange={(event) => {
          onChange(event.target.value);
          look();
        }}
        onClick={look}
        onBlur={() => {
          onLeave?.();
          window.setTimeout(() => setOffered([]), 150);
        }}
        onKeyDown={(event) => {
          if (!offered.length) return;
          const move = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
          if (move) setAt((at + move + offered.length) % offered.length);
          else if (event.key === "Enter" || event.key === "Tab") accept(offered[at]!);
          else if (event.key === "Escape") setOffered([]);
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      {offered.length > 0 && (
        <ul className="nyd-offers" id={list} role="listbox" aria-label={t("fields")}>
          {offered.map((one, place) => (
            <li
              key={one}
              role="option"
              aria-selected={place === at}
              onMouseDown={(event) => {
                event.preventDefault();
                accept(one);
              }}
            >
              {one}
            </li>
          ))}
        </ul>
      )}
      {!readOnly && FOREIGN_SIGN.test(value) && (
        <div className="nyd-repair nyd-wrong" role="status" data-sign>
          <span>{t("foreignSign")}</span>
          <Button label={t("foreignSignGo")} icon="repair" onClick={() => onChange(value.slice(1))} />
        </div>
      )}
      {preview && (
        <p className={`nyd-preview${preview.error ? " nyd-wrong" : ""}`} id={given} role="status" data-preview={preview.kind}>
          {preview.error ?? (
            <>
              <span aria-hidden="true">= </span>
              <output title={preview.text}>{preview.text || t("emptyText")}</output>
              {preview.isCut && "…"} <em>{t(`type_${preview.kind}`)}</em>
            </>
          )}
        </p>
      )}
    </div>
  );
}
