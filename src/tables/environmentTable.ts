import type { ComponentPolicies, Environment } from "../queue/calls/environments.js";
import { formatBytes } from "../text/bytes.js";
import { formatDuration } from "../text/durations.js";
import { describeGates } from "../text/gates.js";
import { renderTable } from "./table.js";

/** A row for each environment, and below it one for each component that demands otherwise; what that inherits is in parentheses. */
export function environmentTable(
  environments: readonly Environment[],
  components: readonly ComponentPolicies[],
): string {
  return renderTable(
    [
      ...["environment", "component", "buffer time", "heartbeat timeout", "unkept after", "max duration", "retention"],
      ...["cells", "ordering", "slots", "refuse outdated", "max reservation", "held after failure", "log", "gates"],
    ],
    environments.flatMap((environment) => [
      environmentRow(environment),
      ...components
        .filter((component) => component.environment === environment.environment)
        .map((component) => componentRow(component, environment)),
    ]),
  );
}

function environmentRow(environment: Environment): string[] {
  return [
    environment.environment,
    "",
    duration(environment.buffer_time),
    duration(environment.heartbeat_timeout),
    duration(environment.unkept_after),
    environment.max_duration === null ? "none" : duration(environment.max_duration),
    environment.retention === null ? "for ever" : duration(environment.retention),
    environment.has_closed_cells ? "closed" : "open",
    environment.ordering,
    String(environment.slots),
    yesOrNo(environment.refuse_outdated),
    duration(environment.max_reservation),
    yesOrNo(environment.hold_after_failure),
    logOf(environment.log, environment.log_limit, environment.log_retention),
    describeGates(environment) ?? "none",
  ];
}

function componentRow(component: ComponentPolicies, environment: Environment): string[] {
  const inherited = environmentRow(environment);
  const own = [
    component.environment,
    component.component,
    component.buffer_time === null ? undefined : duration(component.buffer_time),
    component.heartbeat_timeout === null ? undefined : duration(component.heartbeat_timeout),
    component.unkept_after === null ? undefined : duration(component.unkept_after),
    component.max_duration === null ? undefined : duration(component.max_duration),
    undefined,
    undefined,
    component.ordering ?? undefined,
    component.slots === null ? undefined : String(component.slots),
    component.refuse_outdated === null ? undefined : yesOrNo(component.refuse_outdated),
    component.max_reservation === null ? undefined : duration(component.max_reservation),
    component.hold_after_failure === null ? undefined : yesOrNo(component.hold_after_failure),
    component.log === null && component.log_limit === null && component.log_retention === null
      ? undefined
      : logOf(
          component.log ?? environment.log,
          component.log_limit ?? environment.log_limit,
          component.log_retention ?? environment.log_retention,
        ),
    describeGates(component),
  ];
  return own.map((value, column) => value ?? `(${inherited[column]})`);
}

/** "on, 10 MiB, 30d". */
function logOf(isOn: boolean, limit: number, retention: number): string {
  return `${isOn ? "on" : "off"}, ${formatBytes(limit)}, ${duration(retention)}`;
}

function duration(seconds: number): string {
  return formatDuration(seconds * 1000);
}

function yesOrNo(flag: boolean): string {
  return flag ? "yes" : "no";
}
