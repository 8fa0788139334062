import type { DeploymentStatus } from "../queue/deployment.js";
import { InvalidValueError } from "../queue/errors.js";
import type { Queue } from "../queue/queue.js";
import { ListCommand, type Listed } from "./listCommand.js";
import { options } from "./options.js";
import { optionalValue } from "./values.js";

const states: readonly string[] = [
  ...["reserved", "held", "queued", "running", "verifying", "stopping", "buffering", "finished", "failed"],
  ...["rejected", "cancelled", "pending"],
];

/** A command that lists rows about deployments, of all components and states or of one. */
export abstract class DeploymentListCommand<
  Row extends Listed & { readonly component: string },
> extends ListCommand<Row> {
  component = options.component();
  status = optionalValue("--status", "State, such as running", parseStatus);

  protected abstract all(queue: Queue, environment: string | undefined): Promise<Row[]>;

  protected abstract statusOf(row: Row): DeploymentStatus | "pending";

  override async rows(queue: Queue, environment: string | undefined): Promise<Row[]> {
    const { component, status } = this;
    return (await this.all(queue, environment)).filter(
      (row) => (component ?? row.component) === row.component && (status ?? this.statusOf(row)) === this.statusOf(row),
    );
  }
}

export function parseStatus(text: string, option: string): string {
  if (!states.includes(text)) {
    throw new InvalidValueError(`${option} must be one of ${states.join(", ")}, not "${text}"`);
  }
  return text;
}
