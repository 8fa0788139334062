import type { Environment } from "../queue/calls/environments.js";
import { formatDuration } from "../text/durations.js";
import { renderTable } from "./table.js";

export function environmentTable(environments: readonly Environment[]): string {
  return renderTable(
    ["environment", "buffer time", "heartbeat timeout", "unkept after", "max duration", "retention", "cells"],
    environments.map((environment) => [
      environment.environment,
      formatDuration(environment.buffer_time * 1000),
      formatDuration(environment.heartbeat_timeout * 1000),
      formatDuration(environment.unkept_after * 1000),
      environment.max_duration === null ? "none" : formatDuration(environment.max_duration * 1000),
      environment.retention === null ? "for ever" : formatDuration(environment.retention * 1000),
      environment.has_closed_cells ? "closed" : "open",
    ]),
  );
}
