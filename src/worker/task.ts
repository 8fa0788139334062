import type { Queue } from "../queue/queue.js";

export interface TaskContext {
  readonly queue: Queue;
  readonly log: Readonly<Record<"trace" | "debug" | "info" | "warn" | "error", (message: string) => void>>;
  /** Aborted when the worker is asked to stop: a task that works in batches ends after the one at hand. */
  readonly signal: AbortSignal;
}

/** A piece of background work. */
export interface Task {
  /** Pinned: the schedule of a task is remembered in the database by its name. */
  readonly name: string;
  /** When it runs, in UTC: minute, hour, day of month, month, day of week. */
  readonly schedule: string;
  /** What it does, for the log. */
  readonly description: string;
  perform(context: TaskContext): Promise<void>;
}
