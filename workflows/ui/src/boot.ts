/** What the page of the admin says about itself: a block of JSON, never a program. */
export interface Boot {
  page: "editor" | "run";
  workflowId: string;
  executionId?: string;
  api: string;
  token: string;
  /** Where the word against foreign pages stands: each log-in writes a new one, also one in another tab. */
  csrfCookie: string;
  language: string;
  timeZone: string;
  may: Record<string, boolean>;
  addresses: { workflows: string; workflow: string; editor: string; run: string; execution: string; ticket: string };
  texts: Record<string, string>;
}

export const boot: Boot = JSON.parse(document.getElementById("naryad-boot")?.textContent ?? "{}");

/** An address of the admin with the id in its place. */
export function address(name: keyof Boot["addresses"], id = ""): string {
  return boot.addresses[name].replace("{id}", id);
}
