/** JSON whose numbers keep their value: what a browser cannot hold is carried along as it was written. */
interface Raw {
  rawJSON(text: string): unknown;
  isRawJSON(value: unknown): boolean;
}

const raw = JSON as unknown as Partial<Raw>;

/** Every number of so few digits is held exactly enough to be written again. */
const HELD_DIGITS = 15;

export function parse(text: string): unknown {
  const revive = (key: string, value: unknown, context?: { source?: string }): unknown => {
    const written = context?.source;
    if (typeof value !== "number" || written === undefined || raw.rawJSON === undefined) return value;
    const isPlace = key === "x" || key === "y";
    return isPlace || digits(written) <= HELD_DIGITS ? value : raw.rawJSON(written);
  };
  return JSON.parse(text, revive as (key: string, value: unknown) => unknown);
}

const digits = (written: string): number => written.replace(/e.*$/i, "").replace(/\D/g, "").replace(/^0+/, "").length;

/** Whether this is a number that was carried along; `JSON.stringify` writes it as it was. */
export function isExact(value: unknown): boolean {
  return raw.isRawJSON?.(value) ?? false;
}

/** A value as a field shows it. */
export function shown(value: unknown): string {
  return value === undefined || value === null ? "" : isExact(value) ? JSON.stringify(value) : String(value);
}
