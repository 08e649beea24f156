import { type ReactNode, useEffect, useRef } from "react";
import { t } from "../texts";
import { Button } from "./Button";

interface Props {
  title: string;
  onClose: () => void;
  children: ReactNode;
  buttons?: ReactNode;
  wide?: boolean;
}

/** A modal window of the browser itself: it holds the focus and closes with Escape. */
export function Dialog({ title, onClose, children, buttons, wide }: Props) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    element.current?.showModal();
  }, []);
  return (
    <dialog ref={element} className={`nyd-dialog${wide ? " nyd-wide" : ""}`} aria-label={title} onClose={onClose}>
      <header>
        <h2>{title}</h2>
        <Button label={t("close")} icon="close" bare tone="quiet" onClick={() => element.current?.close()} />
      </header>
      <div className="nyd-dialog-body">{children}</div>
      {buttons && <footer>{buttons}</footer>}
    </dialog>
  );
}
