import { useEffect, useRef } from "react";

export interface Commands {
  save: () => void;
  undo: () => void;
  redo: () => void;
  copy: () => void;
  paste: () => void;
  erase: () => void;
  all: () => void;
  leave: () => void;
}

const TYPED = new Set(["INPUT", "TEXTAREA", "SELECT"]);

/** Keys of the whole editor, wherever the focus is. In a field only saving is ours, the rest belongs to the text. */
export function useKeyboard(commands: Commands): void {
  const present = useRef(commands);
  present.current = commands;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const command = commandOf(event);
      const target = event.target as HTMLElement;
      const isOurs = target === document.body || target.closest("#naryad-page");
      const isTyping = TYPED.has(target.tagName) || target.closest("dialog");
      if (!command || !isOurs || (isTyping && command !== "save")) return;
      // What is marked on the page is copied by the browser itself.
      if (command === "copy" && window.getSelection()?.toString()) return;
      event.preventDefault();
      present.current[command]();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
}

function commandOf(event: KeyboardEvent): keyof Commands | null {
  if (event.key === "Delete" || event.key === "Backspace") return "erase";
  if (event.key === "Escape") return "leave";
  if (!event.ctrlKey && !event.metaKey) return null;
  // The place of the key counts, so that a Cyrillic keyboard works as well.
  switch (event.code) {
    case "KeyS":
      return "save";
    case "KeyZ":
      return event.shiftKey ? "redo" : "undo";
    case "KeyY":
      return "redo";
    case "KeyC":
      return "copy";
    case "KeyV":
      return "paste";
    case "KeyA":
      return "all";
    default:
      return null;
  }
}
