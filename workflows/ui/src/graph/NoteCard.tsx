import type { NodeProps } from "@xyflow/react";
import { memo, useEffect, useRef, useState } from "react";
import type { RawNote } from "../model/definition";
import { t } from "../texts";

export interface NoteData {
  note: RawNote;
  change: ((id: string, text: string) => void) | null;
  [key: string]: unknown;
}

/** A note on the canvas; it is kept in the definition and means nothing to the engine. */
function Note({ data, selected, width }: NodeProps & { data: NoteData }) {
  const { note, change } = data;
  const [isOpen, setOpen] = useState(note.text === "" && change !== null);
  const field = useRef<HTMLTextAreaElement>(null);
  // A card is hidden until it has been measured, and what is hidden takes no focus.
  const isMeasured = Boolean(width);
  useEffect(() => {
    if (isOpen && isMeasured) field.current?.focus();
  }, [isOpen, isMeasured]);
  return (
    <div className={`nyd-note${selected ? " nyd-chosen" : ""}`} onDoubleClick={() => change && setOpen(true)}>
      {isOpen && change ? (
        <textarea
          ref={field}
          className="nodrag nowheel"
          aria-label={t("note")}
          defaultValue={note.text}
          placeholder={t("notePlaceholder")}
          onChange={(event) => change(note.id, event.target.value)}
          onBlur={() => setOpen(false)}
          onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
        />
      ) : (
        <p>{note.text || t("notePlaceholder")}</p>
      )}
    </div>
  );
}

export const NoteCard = memo(Note);
