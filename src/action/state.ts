import { getState, saveState } from "@actions/core";

/** What the main step of mode job leaves for the post step. Other modes leave nothing. */
export const state = {
  deploymentId: entry("deployment-id"),
  slackStartMessage: entry("slack-start-message-id"),
  heartbeatLog: entry("heartbeat-log"),
  stopOnCancel: entry("stop-on-cancel"),
} as const;

function entry(name: string): { save(value: string): void; read(): string } {
  return { save: (value) => saveState(name, value), read: () => getState(name) };
}
