import { Command, Option } from "clipanion";
import type { Session } from "../commandLine/openSession.js";
import { deploymentOptions, readTerms, readTimeout, toRequest } from "../commandLine/options.js";
import { PatientCommand } from "../commandLine/patientCommand.js";
import { InvalidValueError } from "../database/errors.js";

export class RunCommand extends PatientCommand {
  static override paths = [["run"]];

  static override usage = Command.Usage({
    description: "Do a whole deployment: wait, run a command, finish or cancel",
    details: `
      Enters the line, waits for the turn, runs the command behind \`--\` with heartbeats, and finishes the deployment when the
      command exits with 0. Any other end of the command cancels the deployment and says why in its note. The exit code
      is that of the command.

      When somebody cancels the deployment meanwhile, the command gets SIGTERM, after a grace period SIGKILL, and the
      exit code is 5. SIGINT and SIGTERM are passed on to the command, and after the grace period SIGKILL.

      While the database is away the command goes on. Its outcome is told when the database is back, for as long as
      \`--outage-timeout\` says; after that the exit code is 7, and the deployment is reaped.

      With \`--json\`, every step is a JSON line on stderr, since stdout belongs to the command: those of \`start\`, and while the
      command runs outage, outage-over and cancelled.
    `,
    examples: [
      [
        "Run a script when it is its turn",
        "deploy-queue run --environment prod --provider aws --region us-west-2 --cell-index 1 --component api -- ./deploy.sh v1.2.3",
      ],
    ],
  });

  environment = deploymentOptions.environment();
  provider = deploymentOptions.provider();
  region = deploymentOptions.region();
  cellIndex = deploymentOptions.cellIndex();
  component = deploymentOptions.component();
  version = deploymentOptions.version();
  url = deploymentOptions.url();
  note = deploymentOptions.note();
  concurrencyKey = deploymentOptions.concurrencyKey();
  maxDuration = deploymentOptions.maxDuration();
  priority = deploymentOptions.priority();
  hold = deploymentOptions.hold();
  notBefore = deploymentOptions.notBefore();
  notAfter = deploymentOptions.notAfter();
  waitTimeout = deploymentOptions.waitTimeout();
  gracePeriod = deploymentOptions.gracePeriod();

  command = Option.Rest({ name: "command", required: 1 });

  override async act(session: Session): Promise<number> {
    if (this.command[0] === "") {
      throw new InvalidValueError("the command to run is empty");
    }
    const { parseDuration } = await import("../text/durations.js");
    const { jsonText } = await import("../text/printable.js");
    const gracePeriod = parseDuration(this.gracePeriod, "--grace-period");
    const { eventRecord } = await import("../display/eventRecord.js");
    const { runCommand } = await import("../commandLine/runCommand.js");
    const terms = await this.patiently(session, () => readTerms(session.queue, this));
    const { json } = this;
    // stdout belongs to the command.
    const { stderr } = this.context;
    return runCommand(session, { ...toRequest(this), ...terms }, this.command, {
      gracePeriod,
      waitTimeout: readTimeout(this.waitTimeout, "--wait-timeout"),
      outageTimeout: this.patience(),
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
