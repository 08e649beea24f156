import type { ReactNode } from "react";
import { Icon } from "./Icon";

interface Props {
  label: string;
  icon?: string;
  onClick?: () => void;
  disabled?: boolean;
  tone?: "plain" | "main" | "danger" | "quiet";
  bare?: boolean;
  pressed?: boolean;
  title?: string;
  children?: ReactNode;
}

/** A button with a name for everybody: `bare` shows only its icon and keeps the name for screen readers. */
export function Button({ label, icon, onClick, disabled, tone = "plain", bare, pressed, title, children }: Props) {
  return (
    <button
      type="button"
      className={`nyd-button nyd-${tone}${bare ? " nyd-bare" : ""}`}
      aria-label={label}
      aria-pressed={pressed}
      title={title ?? (icon ? label : undefined)}
      disabled={disabled}
      onClick={onClick}
    >
      {icon && <Icon name={icon} />}
      {!bare && <span>{label}</span>}
      {children}
    </button>
  );
}
