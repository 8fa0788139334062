import { Calls } from "./calls.js";

/** How many deployments of an environment are in a state, and for how many seconds the oldest of them has been. */
export interface LiveFigure {
  readonly environment: string;
  readonly status: string;
  readonly deployment_count: number;
  readonly oldest: number;
}

/** Something that has happened to a deployment; durations in seconds. */
export interface Transition {
  readonly event_id: number;
  readonly age: number;
  readonly kind: string;
  readonly environment: string;
  readonly waited: number | null;
  readonly ran: number | null;
  /** From the end of the last thing that it waited for to its start. */
  readonly handed_over: number | null;
}

/** What a webhook has not been told; the age in seconds, null where nothing waits. */
export interface WebhookFigure {
  readonly name: string;
  readonly pending_count: number;
  readonly oldest_pending: number | null;
  readonly given_up_count: number;
  /** Attempts in a row. */
  readonly failures: number;
}

/** What metrics are made of. */
export class Figures extends Calls {
  live(): Promise<LiveFigure[]> {
    return this.rows("live_figures", {});
  }

  webhooks(): Promise<WebhookFigure[]> {
    return this.rows("webhook_figures", {});
  }

  /** @param event the last one that is known; undefined: only the newest one, to begin with */
  transitionsAfter(event: number | undefined, atMost: number): Promise<Transition[]> {
    return this.rows("transitions_after", { known_event: event, at_most: atMost });
  }
}
