import { Command, Option } from "clipanion";
import { QueueCommand, type Session } from "../queueCommand.js";

export class EnvironmentSetCommand extends QueueCommand {
  static override paths = [["environment", "set"]];

  static override usage = Command.Usage({
    category: "Environment",
    description: "Add an environment or change its policies",
    details:
      "What is not given stays as it is; a new environment begins with no buffer and a heartbeat timeout of 15 minutes.",
    examples: [["Cool down for five minutes", "deploy-queue environment set staging --buffer-time 5m"]],
  });

  environment = Option.String({ name: "environment", required: true });
  bufferTime = Option.String("--buffer-time", {
    description: "How long a cell cools down after a deployment, such as 10m",
  });
  heartbeatTimeout = Option.String("--heartbeat-timeout", {
    description: "After how long without heartbeats a deployment is reaped, such as 15m",
  });

  override async act({ queue, log }: Session): Promise<number> {
    const { environmentTable } = await import("../../output/environmentTable.js");
    const { parseDuration } = await import("../../output/durations.js");
    const seconds = (text: string | undefined, option: string): number | undefined =>
      text === undefined ? undefined : parseDuration(text, option) / 1000;
    const isNew = (await queue.environments()).every(({ environment: name }) => name !== this.environment);
    const environment = await queue.setEnvironment(this.environment, {
      bufferTime: seconds(this.bufferTime, "--buffer-time"),
      heartbeatTimeout: seconds(this.heartbeatTimeout, "--heartbeat-timeout"),
    });
    log.info(`environment ${environment.environment} ${isNew ? "added" : "changed"}`);
    this.print(environmentTable([environment]), environment);
    return 0;
  }
}
