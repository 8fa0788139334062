import { Command, Option } from "clipanion";
import type { Session } from "../../commandLine/openSession.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";
import { valueOption } from "../../commandLine/values.js";
import { InvalidValueError } from "../../database/errors.js";
import { environmentTable } from "../../tables/environmentTable.js";
import { parseDuration } from "../../text/durations.js";

export class EnvironmentSetCommand extends QueueCommand {
  static override paths = [["environment", "set"]];

  static override usage = Command.Usage({
    category: "Environment",
    description: "Add an environment or change its policies",
    details: `
      What is not given stays as it is. A new environment begins with no buffer and a heartbeat timeout of 15 minutes. Without
      a maximum duration a deployment may run for ever. Without a retention its history is kept for ever. To take such a limit
      back, set its column in the table deploy_queue.environments to null.
    `,
    examples: [["Cool down for five minutes", "deploy-queue environment set staging --buffer-time 5m"]],
  });

  environment = Option.String({ name: "environment", required: true });
  bufferTime = valueOption("--buffer-time", "How long a cell cools down after a deployment, such as 10m", seconds);
  heartbeatTimeout = valueOption(
    "--heartbeat-timeout",
    "After how long without heartbeats a deployment is reaped, such as 15m",
    seconds,
  );
  maxDuration = valueOption(
    "--max-duration",
    "After how long a running deployment is reaped that brought no limit of its own, such as 2h",
    seconds,
  );
  unkeptAfter = valueOption(
    "--unkept-after",
    "After how long a deployment that runs without heartbeats is told of as one that needs a look; 1h by default",
    seconds,
  );
  retention = valueOption("--retention", "How long deployments are kept after their end, such as 365d", seconds);

  override async act({ queue, log }: Session): Promise<number> {
    const changes = {
      bufferTime: this.bufferTime,
      heartbeatTimeout: this.heartbeatTimeout,
      maxDuration: this.maxDuration,
      retention: this.retention,
      unkeptAfter: this.unkeptAfter,
    };
    const isNew = (await queue.environments.list()).every(({ environment: name }) => name !== this.environment);
    if (!isNew && Object.values(changes).every((change) => change === undefined)) {
      throw new InvalidValueError(`environment ${this.environment} is there, and nothing to change is given`, {
        hint: "Give some of --buffer-time, --heartbeat-timeout, --max-duration, --unkept-after, --retention.",
      });
    }
    const environment = await queue.environments.set(this.environment, changes);
    log.info(`environment ${environment.environment} ${isNew ? "added" : "changed"}`);
    this.print(environmentTable([environment]), environment);
    return 0;
  }
}

function seconds(text: string, option: string): number {
  return parseDuration(text, option) / 1000;
}
