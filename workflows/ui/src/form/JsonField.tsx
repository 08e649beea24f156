import { useEffect, useState } from "react";
import { parse } from "../api/exact";
import { t } from "../texts";

interface Props {
  value: unknown;
  label: string;
  readOnly?: boolean;
  rows?: number;
  /** Told when what stands in the field can no longer be read, or can be again. */
  onWrong?: (isWrong: boolean) => void;
  onChange: (value: unknown) => void;
}

const written = (value: unknown): string => (value === undefined ? "" : JSON.stringify(value, null, 2));

/** Any JSON. What cannot be read stays in the field and changes nothing. */
export function JsonField({ value, label, readOnly, rows, onWrong, onChange }: Props) {
  const [text, setText] = useState(written(value));
  const [isWrong, setWrong] = useState(false);
  const judge = (wrong: boolean) => {
    setWrong(wrong);
    onWrong?.(wrong);
  };
  const [isHere, setHere] = useState(false);
  useEffect(() => {
    if (!isHere && !isWrong) setText(written(value));
  }, [value, isHere, isWrong]);
  return (
    <div className="nyd-text">
      <textarea
        className="nyd-code"
        spellCheck={false}
        aria-label={label}
        aria-invalid={isWrong}
        readOnly={readOnly}
        rows={rows ?? Math.min(10, text.split("\n").length)}
        value={text}
        onFocus={() => setHere(true)}
        onBlur={() => setHere(false)}
        onChange={(event) => {
          setText(event.target.value);
          if (!event.target.value.trim()) {
            judge(false);
            onChange(undefined);
            return;
          }
          try {
            onChange(parse(event.target.value));
            judge(false);
          } catch {
            judge(true);
          }
        }}
      />
      {isWrong && <p className="nyd-wrong">{t("notJson")}</p>}
    </div>
  );
}
