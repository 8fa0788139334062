import { Command, Option } from "clipanion";
import type { Session } from "../commandLine/openSession.js";
import { options } from "../commandLine/options.js";
import { runCommand } from "../commandLine/runCommand.js";
import { TurnCommand } from "../commandLine/turnCommand.js";
import { InvalidValueError } from "../database/errors.js";
import { eventRecord } from "../display/eventRecord.js";
import { jsonText } from "../text/printable.js";

export class RunCommand extends TurnCommand {
  static override paths = [["run"]];

  static override usage = Command.Usage({
    description: "Do a whole deployment: wait, run a command, finish or cancel",
    details: `
      Enters the line, waits for the turn, runs the command behind \`--\` with heartbeats, and finishes the deployment when the
      command exits with 0. Any other end of the command cancels the deployment, and its note says why. The exit code is that
      of the command.

      The command has the environment of this process, and DEPLOY_QUEUE_DEPLOYMENT_ID: so a \`deploy-queue\` in it reaches the same
      queue. \`run\` itself ends the deployment.

      When the deployment is cancelled while the command runs, the command gets SIGTERM, after the grace period SIGKILL, and the
      exit code is 5. SIGINT and SIGTERM are passed on to the command; SIGKILL follows after the grace period.

      While the database is away the command goes on. Its outcome is told when the database is back, for as long as
      \`--outage-timeout\` says. After that the exit code is 7, and the deployment is reaped.

      With \`--json\`, every step is a JSON line on stderr, since stdout belongs to the command: the steps of \`start\`, and while
      the command runs outage, outage-over and cancelled.
    `,
    examples: [
      [
        "Run a script when it is its turn",
        "deploy-queue run --environment prod --provider aws --region us-west-2 --cell-index 1 --component api -- ./deploy.sh v1.2.3",
      ],
    ],
  });

  gracePeriod = options.gracePeriod();

  command = Option.Rest({ name: "command", required: 1 });

  override async act(session: Session): Promise<number> {
    if (this.command[0] === "") {
      throw new InvalidValueError("the command to run is empty");
    }
    const request = await this.patiently(session, () => this.request(session));
    const { json } = this;
    // stdout belongs to the command.
    const { stderr } = this.context;
    return runCommand(session, request, this.command, {
      gracePeriod: this.gracePeriod,
      waitTimeout: this.waitTimeout,
      outageTimeout: this.outageTimeoutOrDefault,
      json,
      output: json ? stderr : undefined,
      onEvent: (event) => {
        const record = eventRecord(event);
        if (json && record !== undefined) {
          stderr.write(`${jsonText(record)}\n`);
        }
      },
    });
  }
}
