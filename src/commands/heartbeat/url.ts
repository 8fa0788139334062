import { Command } from "clipanion";
import { argumentOrOption } from "../../commandLine/argumentOrOption.js";
import { keepUntilEnd } from "../../commandLine/keepUntilEnd.js";
import type { Session } from "../../commandLine/openSession.js";
import { options } from "../../commandLine/options.js";
import { PlacedCommand } from "../../commandLine/placedCommand.js";
import { optionalArgument, optionalText, optionalValue } from "../../commandLine/values.js";
import { logOutages } from "../../display/outages.js";
import { waitForUrl } from "../../queue/waitingForUrl.js";
import { deploymentName } from "../../text/describe.js";
import { formatDuration, parseDuration } from "../../text/durations.js";

/** How long a heartbeater that was started first waits for its deployment, in milliseconds, if nothing else is said. */
const defaultWait = 300_000;

export class HeartbeatUrlCommand extends PlacedCommand {
  static override paths = [["heartbeat", "url"]];

  static override usage = Command.Usage({
    category: "Heartbeat",
    description: "Keep the live deployment with this url alive until it ends",
    details: `
      Of several deployments with this url, it takes the newest one that the same database role has entered, else the oldest. A job that
      deploys to several cells says in which one with \`--cell\`, or with the options of its parts.

      Waits for the deployment to appear: 5 minutes, or as long as \`--wait-timeout\` says. Exits with 0 when it has finished, with 5 when it was cancelled, and
      with 3 when it did not appear. It cannot stop the work: when the deployment is asked to stop, it says so, and goes on.
    `,
    examples: [
      ["Keep a job's deployment alive", "deploy-queue heartbeat url https://github.com/org/repo/actions/runs/123"],
    ],
  });

  url = optionalArgument("url", (text) => text);
  urlOption = optionalText("--url", "The url, as an option");

  waitTimeout = optionalValue(
    "--wait-timeout",
    "Wait this long for the deployment to appear; 5m by default",
    parseDuration,
  );

  override outageTimeout = options.heartbeatOutageTimeout();

  override async act(session: Session): Promise<number> {
    const url = argumentOrOption(this.url, this.urlOption, {
      what: "url",
      option: "--url",
      example: "deploy-queue heartbeat url https://…",
    });
    const place = await this.patiently(session, () => this.whereabouts(session.queue));
    const waitTimeout = this.waitTimeout ?? defaultWait;
    const deployment = await waitForUrl(session.queue, url, waitTimeout, {
      place,
      outageTimeout: this.outageTimeoutOrDefault,
      onEvent: logOutages(session.log),
      onAbsent: () =>
        session.log.info(
          `no deployment with the url ${url} is queued or running yet; waiting ${formatDuration(waitTimeout)} for it at most`,
        ),
    });
    session.log.info(`sending heartbeats for ${deploymentName(deployment)}`);
    return keepUntilEnd(session, deployment.id, this.outageTimeout);
  }
}
