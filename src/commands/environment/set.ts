import { Command, Option } from "clipanion";
import { confirm, isAtTerminal } from "../../commandLine/confirm.js";
import type { Session } from "../../commandLine/openSession.js";
import { options } from "../../commandLine/options.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";
import { argument, valueOption } from "../../commandLine/values.js";
import { InvalidValueError } from "../../database/errors.js";
import { type EnvironmentChanges, unknownEnvironment } from "../../queue/calls/environments.js";
import type { Queue } from "../../queue/queue.js";
import { environmentTable } from "../../tables/environmentTable.js";
import { formatDuration, parseDuration } from "../../text/durations.js";
import { printable } from "../../text/printable.js";

export class EnvironmentSetCommand extends QueueCommand {
  static override paths = [["environment", "set"]];

  static override usage = Command.Usage({
    category: "Environment",
    description: "Change the policies of an environment, or add one",
    details: `
      What is not given stays as it is. \`--create\` adds an environment that does not exist. It begins with no buffer, a heartbeat timeout
      of 15 minutes, and open cells. Without a maximum duration a deployment may run for ever. Without a retention its history is kept
      for ever.

      When the cells are closed, a deployment to a cell that is not in \`list cells\` is refused, and \`cell add\` adds one.

      A retention that removes deployments at once says how many, and asks on a terminal. In a script it needs \`--yes\` when they are
      more than one.
    `,
    examples: [
      ["Cool down for five minutes", "deploy-queue environment set staging --buffer-time 5m"],
      ["Add an environment", "deploy-queue environment set staging --create"],
      ["Let a deployment run as long as it takes", "deploy-queue environment set staging --max-duration none"],
    ],
  });

  environment = argument("environment", (text) => text.trim());
  create = Option.Boolean("--create", false, { description: "Add the environment if it does not exist" });
  bufferTime = valueOption("--buffer-time", "How long a cell cools down after a deployment, such as 10m", seconds);
  heartbeatTimeout = valueOption(
    "--heartbeat-timeout",
    "After how long without heartbeats a deployment is reaped, such as 15m",
    seconds,
  );
  maxDuration = valueOption(
    "--max-duration",
    "After how long a running deployment is reaped that brought no limit of its own, such as 2h, or none",
    secondsOrNone,
  );
  unkeptAfter = valueOption(
    "--unkept-after",
    "After how long a deployment that runs without heartbeats is told of as one that needs a look; 1h by default",
    seconds,
  );
  retention = valueOption(
    "--retention",
    "How long deployments are kept after their end, such as 365d, or none for ever",
    secondsOrNone,
  );
  hasClosedCells = valueOption("--cells", "open: a deployment to a new cell adds it; closed: cell add does", isClosed);
  dryRun = options.dryRun();
  yes = options.yes();

  override async act({ queue, log }: Session): Promise<number> {
    const { environment: name, changes } = this;
    const known = (await queue.environments.list()).map(({ environment }) => environment);
    const isNew = !known.includes(name);
    if (isNew && !this.create) {
      throw unknownEnvironment(name, known, "--create adds it.");
    }
    if (!this.create && Object.values(changes).every((change) => change === undefined)) {
      throw new InvalidValueError(`environment ${name} is there, and nothing to change is given`, {
        hint: "Give some of --buffer-time, --heartbeat-timeout, --max-duration, --unkept-after, --retention, --cells.",
      });
    }
    const removes = isNew || typeof this.retention !== "number" ? 0 : await this.#removes(queue, name, this.retention);
    if (this.dryRun) {
      log.info(`environment ${name} would be ${isNew ? "added" : "changed"}`);
      this.printJson({ environment: name, removes });
      return 0;
    }
    if (!this.yes && (removes > 1 || (removes === 1 && isAtTerminal()))) {
      await confirm("Set this retention?");
    }
    const environment = await queue.environments.set(name, changes);
    log.info(`environment ${name} ${isNew ? "added" : "changed"}`);
    this.print(environmentTable([environment]), environment);
    return 0;
  }

  protected get changes(): EnvironmentChanges {
    const { bufferTime, heartbeatTimeout, unkeptAfter, maxDuration, retention, hasClosedCells } = this;
    const without = [
      ...(maxDuration === none ? ["max_duration" as const] : []),
      ...(retention === none ? ["retention" as const] : []),
    ];
    return {
      bufferTime,
      heartbeatTimeout,
      unkeptAfter,
      hasClosedCells,
      maxDuration: maxDuration === none ? undefined : maxDuration,
      retention: retention === none ? undefined : retention,
      without: without.length > 0 ? without : undefined,
    };
  }

  /** How many deployments a retention removes; says so. */
  async #removes(queue: Queue, environment: string, retention: number): Promise<number> {
    const count = await queue.history.prunable(environment, retention);
    if (count > 0) {
      const deployments = count === 1 ? "1 deployment" : `${count} deployments`;
      this.context.stderr.write(
        `${deployments} of ${printable(environment)} ended more than ${formatDuration(retention * 1000)} ago. The worker removes them with their events.\n`,
      );
    }
    return count;
  }
}

const none = "none";

function seconds(text: string, option: string): number {
  return parseDuration(text, option) / 1000;
}

function secondsOrNone(text: string, option: string): number | typeof none {
  return text === none ? none : seconds(text, option);
}

function isClosed(text: string, option: string): boolean {
  if (text !== "open" && text !== "closed") {
    throw new InvalidValueError(`${option} must be open or closed, not "${text}"`);
  }
  return text === "closed";
}
