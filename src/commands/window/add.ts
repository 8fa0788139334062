import { Command, Option } from "clipanion";
import type { Session } from "../../commandLine/openSession.js";
import { deploymentOptions } from "../../commandLine/options.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";
import { requiredOption } from "../../commandLine/requiredOption.js";

export class WindowAddCommand extends QueueCommand {
  static override paths = [["window", "add"]];

  static override usage = Command.Usage({
    category: "Freeze",
    description: "Add a maintenance window to an environment",
    details: `
      An environment that has windows lets deployments start in them only; those who run when one closes go on. Days and
      times are those of the zone, with its daylight saving. A window that closes before it opens closes on the next day,
      and one from 00:00 to 24:00 is open all day. Prints its number. Where roles are in use, operators only.
    `,
    examples: [
      [
        "Two hours in the night",
        "deploy-queue window add --environment prod --days mon-fri --from 02:00 --to 04:00 --zone Europe/Berlin",
      ],
    ],
  });

  environment = deploymentOptions.environment();
  days = Option.String("--days", "daily", { description: 'Such as mon-fri or "sat,sun"; daily by default' });
  from = requiredOption("--from", "When it opens, such as 02:00");
  to = requiredOption("--to", "When it closes, such as 04:00");
  zone = Option.String("--zone", "UTC", { description: "Time zone, such as Europe/Berlin; UTC by default" });

  override async act({ queue, log }: Session): Promise<number> {
    const { formatWeekdays, parseWeekdays } = await import("../../text/weekdays.js");
    const { parseTimeOfDay } = await import("../../queue/values.js");
    const days = parseWeekdays(this.days, "--days");
    const from = parseTimeOfDay(this.from, "--from", "23:59");
    const to = parseTimeOfDay(this.to, "--to", "24:00");
    const window = await queue.policies.addWindow(this.environment, days, from, to, this.zone);
    log.info(`window ${window.id} of ${this.environment}: ${formatWeekdays(days)}, ${from} to ${to} ${this.zone}`);
    this.print(String(window.id), window);
    return 0;
  }
}
