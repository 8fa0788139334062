import { getState, saveState } from "@actions/core";

/** What the main steps of the modes job, run and reserve leave for the post step. Other modes leave nothing. */
export const state = {
  reservationId: entry("reservation-id"),
  deploymentId: entry("deployment-id"),
  /** The deployment of mode run, until its main step has told how it has ended. */
  runId: entry("run-id"),
  /** The process id of that main step. */
  runProcess: entry("run-process"),
  slackStartMessage: entry("slack-start-message-id"),
  stopOnCancel: entry("stop-on-cancel"),
} as const;

/**
 * An input as the main step had it. In a composite action within another one, the inputs of the post step are those of the outer one, and
 * can be empty.
 */
export function savedInput(name: string): { save(value: string): void; read(): string } {
  return entry(`input-${name}`);
}

function entry(name: string): { save(value: string): void; read(): string } {
  return { save: (value) => saveState(name, value), read: () => getState(name) };
}
