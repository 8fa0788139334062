import { Command, Option } from "clipanion";
import { argumentOrOption } from "../../commandLine/argumentOrOption.js";
import type { Session } from "../../commandLine/openSession.js";
import { deploymentOptions, readTimeout } from "../../commandLine/options.js";
import { PatientCommand } from "../../commandLine/patientCommand.js";

/** How long a heartbeater that was started first waits for its deployment, in milliseconds. */
const lookupTimeout = 300_000;

export class HeartbeatUrlCommand extends PatientCommand {
  static override paths = [["heartbeat", "url"]];

  static override usage = Command.Usage({
    category: "Heartbeat",
    description: "Keep the newest live deployment with this url alive until it ends",
    details: `
      Waits up to 5 minutes for the deployment to appear. Exits with 0 when it has finished, with 5 when it was cancelled,
      with 3 when it did not appear.
    `,
    examples: [
      ["Keep a job's deployment alive", "deploy-queue heartbeat url https://github.com/org/repo/actions/runs/123"],
    ],
  });

  url = Option.String({ name: "url", required: false });
  urlOption = Option.String("--url", { description: "The url, as an option" });

  override outageTimeout = deploymentOptions.heartbeatOutageTimeout();

  override async act(session: Session): Promise<number> {
    const { keepUntilEnd } = await import("../../commandLine/keepUntilEnd.js");
    const { deploymentName } = await import("../../text/describe.js");
    const { formatDuration } = await import("../../text/durations.js");
    const { logOutages } = await import("../../display/outages.js");
    const { waitForUrl } = await import("../../queue/waitingForUrl.js");
    const url = argumentOrOption(this.url, this.urlOption, {
      what: "url",
      option: "--url",
      example: "deploy-queue heartbeat url https://…",
    });
    const deployment = await waitForUrl(session.queue, url, lookupTimeout, {
      outageTimeout: this.patience(),
      onEvent: logOutages(session.log),
      onAbsent: () =>
        session.log.info(
          `no deployment with the url ${url} is queued or running yet; waiting ${formatDuration(lookupTimeout)} for it at most`,
        ),
    });
    session.log.info(`sending heartbeats for ${deploymentName(deployment)}`);
    return keepUntilEnd(session, deployment.id, readTimeout(this.outageTimeout, "--outage-timeout"));
  }
}
