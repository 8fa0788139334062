import { Command, Option } from "clipanion";
import type { Session } from "../../commandLine/openSession.js";
import { options } from "../../commandLine/options.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";
import { requiredValue, valueOr } from "../../commandLine/values.js";
import { parseTimeOfDay } from "../../text/timesOfDay.js";
import { formatWeekdays, parseWeekdays } from "../../text/weekdays.js";

export class WindowAddCommand extends QueueCommand {
  static override paths = [["window", "add"]];

  static override usage = Command.Usage({
    category: "Freeze",
    description: "Add a maintenance window to an environment",
    details: `
      In an environment that has windows, a deployment starts only while a window is open. A deployment that runs when the
      window closes goes on. Days and times are those of the zone, with its daylight saving. A window that closes before it
      opens closes on the next day. A window from 00:00 to 24:00 is open all day. Prints the number of the window. Where roles
      are in use, only an operator may do this.
    `,
    examples: [
      [
        "Two hours in the night",
        "deploy-queue window add --environment prod --days mon-fri --from 02:00 --to 04:00 --zone Europe/Berlin",
      ],
    ],
  });

  environment = options.requiredEnvironment();
  days = valueOr("--days", "daily", 'Such as mon-fri or "sat,sun"; daily by default', parseWeekdays);
  from = requiredValue("--from", "When it opens, such as 02:00", (text, option) =>
    parseTimeOfDay(text, option, "23:59"),
  );
  to = requiredValue("--to", "When it closes, such as 04:00", (text, option) => parseTimeOfDay(text, option, "24:00"));
  zone = Option.String("--zone", "UTC", { description: "Time zone, such as Europe/Berlin; UTC by default" });

  override async act({ queue, log }: Session): Promise<number> {
    const { environment, days, from, to, zone } = this;
    const window = await queue.policies.addWindow(environment, days, from, to, zone);
    log.info(`window ${window.window_id} of ${environment}: ${formatWeekdays(days)}, ${from} to ${to} ${zone}`);
    this.print(String(window.window_id), window);
    return 0;
  }
}
