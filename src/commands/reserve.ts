import { randomUUID } from "node:crypto";
import { Command } from "clipanion";
import { checkGitHubOutput, setGitHubOutput } from "../commandLine/githubOutput.js";
import type { Session } from "../commandLine/openSession.js";
import { options } from "../commandLine/options.js";
import { RequestCommand } from "../commandLine/requestCommand.js";
import { requiredValue } from "../commandLine/values.js";
import { deploymentName } from "../text/describe.js";
import { parseDuration } from "../text/durations.js";
import { formatMoment } from "../text/moments.js";

export class ReserveCommand extends RequestCommand {
  static override paths = [["reserve"]];

  static override usage = Command.Usage({
    description: "Take a place in the line before the build, and redeem it after",
    details: `
      Prints the id of the deployment, writes it to the step output \`deployment-id\` in a GitHub workflow, and exits. Those behind it wait.
      \`start --reservation\` or \`run --reservation\` with that id redeems it. \`cancel deployment\` gives the place up, as when the build
      fails. When neither has happened after \`--for\`, the line moves on by itself.

      An environment allows reservations of 4 hours unless \`environment set --max-reservation\` says otherwise. A longer one is shortened,
      and the log says so.

      A call that is repeated with the same \`--idempotency-key\`, such as by a job that runs again, prints the id of the first.
    `,
    examples: [
      [
        "Reserve a place for run 812, build, deploy",
        "deploy-queue reserve --cell prod-aws-us-west-2-cell-1 --component api --sequence 812 --for 1h",
      ],
    ],
  });

  validFor = requiredValue("--for", "How long the place is kept, such as 2h", parseDuration);
  override outageTimeout = options.outageTimeout();

  override async act(session: Session): Promise<number> {
    const { queue, log } = session;
    await checkGitHubOutput();
    const deployment = await this.patiently(session, async () => {
      const request = await this.request(session);
      return queue.reserve(
        { ...request, idempotencyKey: request.idempotencyKey ?? this.#key },
        this.validFor / 1000,
        this.#key,
      );
    });
    const end = deployment.reserved_until === null ? "" : ` until ${formatMoment(deployment.reserved_until)}`;
    log.info(
      `${deploymentName(deployment)} has its place${end}; deploy-queue start --reservation ${deployment.id} redeems it, ` +
        `deploy-queue cancel deployment ${deployment.id} gives it up`,
    );
    this.print(String(deployment.id), deployment);
    await setGitHubOutput("deployment-id", String(deployment.id));
    return 0;
  }

  /** For the calls of this process. */
  readonly #key = randomUUID();
}
