import type { Environment } from "../queue/deployment.js";
import { formatDuration } from "./durations.js";
import { renderTable } from "./table.js";

export function environmentTable(environments: readonly Environment[]): string {
  return renderTable(
    ["environment", "buffer time", "heartbeat timeout"],
    environments.map((environment) => [
      environment.environment,
      formatDuration(environment.buffer_time * 1000),
      formatDuration(environment.heartbeat_timeout * 1000),
    ]),
  );
}
