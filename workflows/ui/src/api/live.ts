import { parse } from "./exact";
import type { Execution, JournalEvent, Step } from "./shapes";
import { token } from "./client";

export type Connection = "connecting" | "live" | "lost";

export interface Listener {
  snapshot(execution: Execution, steps: Step[], more: boolean, first: boolean): void;
  event(event: JournalEvent): void;
  hint(hint: { step: string; attempt: number; startedAt: string }): void;
  connection(state: Connection): void;
}

const FINAL = new Set([4404, 1008]);

/** Follows a run (docs/live-progress.md). After a loss it comes back with the last number and misses nothing. */
export class Live {
  private socket: WebSocket | null = null;
  private seq: number | null = null;
  private pause = 500;
  private closed = false;
  private within = false;
  private renewing: number | undefined;

  constructor(
    private readonly executionId: string,
    private readonly listener: Listener,
  ) {
    void this.open();
  }

  close(): void {
    this.closed = true;
    window.clearInterval(this.renewing);
    this.socket?.close();
  }

  private async open(): Promise<void> {
    this.listener.connection("connecting");
    let access: string;
    try {
      access = await token();
    } catch {
      this.later();
      return;
    }
    if (this.closed) return;
    const scheme = window.location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${window.location.host}/ws/executions/${this.executionId}`);
    this.socket = socket;
    socket.onopen = () => {
      socket.send(JSON.stringify({ type: "auth", token: access, ...(this.seq === null ? {} : { since: this.seq }) }));
      this.pause = 500;
      this.listener.connection("live");
      this.renewing = window.setInterval(() => void this.renew(socket), 4 * 60_000);
    };
    socket.onmessage = (message) => this.take(parse(message.data));
    socket.onclose = (closing) => {
      window.clearInterval(this.renewing);
      if (this.closed || socket !== this.socket) return;
      if (FINAL.has(closing.code)) this.listener.connection("lost");
      else this.later();
    };
  }

  private later(): void {
    if (this.closed) return;
    this.listener.connection("lost");
    window.setTimeout(() => void this.open(), this.pause);
    this.pause = Math.min(this.pause * 2, 10_000);
  }

  private async renew(socket: WebSocket): Promise<void> {
    const access = await token().catch(() => null);
    if (access && socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ type: "auth", token: access }));
  }

  private take(frame: any): void {
    if (frame.type === "snapshot") {
      this.listener.snapshot(frame.execution, frame.steps, frame.more, !this.within);
      this.within = frame.more;
      this.seq = frame.more ? this.seq : frame.seq;
    } else if (frame.type === "event") {
      this.seq = frame.seq;
      this.listener.event(frame.event);
    } else if (frame.type === "hint") {
      this.listener.hint(frame);
    }
  }
}
