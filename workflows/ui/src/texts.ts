import { boot } from "./boot";

/** The text of this name in the person's language; `values` fill places written as {name}. */
export function t(name: string, values: Record<string, string | number> = {}): string {
  const text = boot.texts[name] ?? name;
  return text.replace(/\{(\w+)\}/g, (place, key) => (key in values ? String(values[key]) : place));
}

const moments = new Intl.DateTimeFormat(boot.language, {
  timeZone: boot.timeZone,
  dateStyle: "short",
  timeStyle: "medium",
});

/** A moment of the API in the person's language and zone. */
export function moment(at: string | null | undefined): string {
  return at ? moments.format(new Date(at)) : "—";
}

/** How long something took, for people. */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 1) return `${Math.max(0, Math.round(milliseconds))} ${t("unitMs")}`;
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 2 : 1)} ${t("unitS")}`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} ${t("unitMin")} ${Math.round(seconds % 60)} ${t("unitS")}`;
  return `${Math.floor(minutes / 60)} ${t("unitH")} ${minutes % 60} ${t("unitMin")}`;
}
