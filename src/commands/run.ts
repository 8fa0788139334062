import { Command, Option } from "clipanion";
import type { Session } from "../commandLine/openSession.js";
import { options } from "../commandLine/options.js";
import { runCommand } from "../commandLine/runCommand.js";
import { TurnCommand } from "../commandLine/turnCommand.js";
import { verificationOf, verificationOptions } from "../commandLine/verification.js";
import { InvalidValueError } from "../database/errors.js";
import { eventRecord } from "../display/eventRecord.js";
import { jsonText } from "../text/printable.js";

export class RunCommand extends TurnCommand {
  static override paths = [["run"]];

  static override usage = Command.Usage({
    description: "Do a whole deployment: wait, run a command, tell how it ended",
    details: `
      Enters the line, waits for the turn, runs the command behind \`--\` with heartbeats, and finishes the deployment when the
      command exits with 0. After any other end of the command the deployment has failed, and its note says why. The exit code is
      that of the command.

      With \`--verify\`, the deployment is \`verifying\` once the command has succeeded, and finishes when the check has succeeded within
      \`--verify-for\` and then in each run for \`--verify-hold\`. Otherwise it fails with the end of what the check printed in its
      note, which every reader of the queue can read, and the exit code is 4. A run that takes longer than \`--verify-every\` is ended and
      counts as failed. \`--on-failure\` runs after the command or the check has failed, and not after a stop or a signal; how it ended is
      in the note, too. A shell runs both texts as they are (\`sh -c\`), with the environment of the command, and all that follows holds for
      them as for the command. Where the environment requires verification and there is no \`--verify\`, it is refused with 4 before it enters the line.

      The command has the environment of this process, DEPLOY_QUEUE_DEPLOYMENT_ID, and DEPLOY_QUEUE_VERSION and DEPLOY_QUEUE_ARTIFACT where
      they are known, but not the URL of the database, nor
      PGPASSWORD where that is the password of the queue. DEPLOY_QUEUE_GUARD marks its processes.
      A \`deploy-queue\` in it needs \`--pass-database-url\`. \`run\` itself ends the
      deployment.

      The command leads a process group of its own. The cell is free when all of that group has ended. What outlives the command
      has the grace period to end by itself, and is ended then.

      A deployment that is cancelled while the command runs, or runs for longer than \`--max-duration\`, is stopped: the group gets
      SIGTERM, after the grace period SIGKILL, and the exit code is 5. SIGINT, SIGTERM, SIGHUP and SIGQUIT are passed on to the
      group; SIGKILL follows after the grace period. Within a second, another signal is the first one once more. Ctrl-Z
      does not suspend, neither while the command runs nor before.

      A watchdog, a second process of this program, ends the group when this process is killed, or suspended for nearly as long
      as the heartbeat timeout. When this process was killed, the watchdog tells the database that the deployment has failed, once
      nothing of the group is left. Out of reach are processes that leave the group, as with \`setsid\`, and those of another user, as
      behind \`sudo\`: run the whole of \`deploy-queue run\` as that user. The command goes on alone when this process and its
      watchdog are killed in the same moment.

      While the database is away the command goes on. Before the heartbeat timeout of the environment is over, the command is
      stopped, since another deployment may start then, and the exit code is 7. The grace period is never more than a third of that
      timeout. With \`--on-lost-contact continue\` the command goes on regardless, and may work beside the next one. The outcome is told
      when the database is back, for as long as \`--outage-timeout\` says. After that the exit code is 7, and the deployment is
      reaped. The command is stopped with 7 as well when a fail-over has lost its start and another deployment has started meanwhile.

      With \`--json\`, every step is a JSON line on stderr, since stdout belongs to the command: the steps of \`start\`, and while
      the command runs outage, outage-over, verifying, stopping, waiting-for-parts and cancelled. The log is among them as lines of the event log,
      and an error as one of the event error.
    `,
    examples: [
      [
        "Run a script when it is its turn",
        "deploy-queue run --environment prod --provider aws --region us-west-2 --cell-index 1 --component api -- ./deploy.sh v1.2.3",
      ],
      [
        "Promote the newest version of staging",
        "deploy-queue run --cell prod-aws-us-west-2-cell-1 --component api --latest-from staging -- sh -c './deploy.sh $DEPLOY_QUEUE_VERSION'",
      ],
      [
        "See that it works before the next one may start, and roll back where it does not",
        "deploy-queue run --cell prod-aws-us-west-2-cell-1 --component api --verify 'curl -fsS https://api.example.com/health' --verify-hold 30s --on-failure './rollback.sh' -- ./deploy.sh v1.2.3",
      ],
    ],
  });

  passDatabaseUrl = options.passDatabaseUrl();
  gracePeriod = options.gracePeriod();
  onLostContact = options.onLostContact();
  verify = verificationOptions.verify();
  verifyFor = verificationOptions.verifyFor();
  verifyEvery = verificationOptions.verifyEvery();
  verifyHold = verificationOptions.verifyHold();
  onFailure = verificationOptions.onFailure();
  log = options.log();
  mask = options.mask();

  command = Option.Rest({ name: "command", required: 1 });

  /** stdout belongs to the command, so the events are on stderr, too. */
  protected override get hasJsonLog(): boolean {
    return this.json;
  }

  override async act(session: Session): Promise<number> {
    if (this.command[0] === "") {
      throw new InvalidValueError("the command to run is empty");
    }
    const verification = verificationOf(this);
    const wayIn = await this.patiently(session, () => this.wayIn(session, this.gracePeriod));
    const { json } = this;
    // stdout belongs to the command.
    const { stderr } = this.context;
    return runCommand(session, wayIn, this.command, {
      gracePeriod: this.gracePeriod,
      passDatabaseUrl: this.passDatabaseUrl,
      continueWithoutContact: this.onLostContact,
      verification,
      onFailure: this.onFailure,
      keepLog: this.log,
      maskedVariables: this.mask,
      waitTimeout: this.waitTimeout,
      outageTimeout: this.outageTimeoutOrDefault,
      json,
      output: json ? stderr : undefined,
      onEnd: (deployment, exit_code) => {
        if (json) {
          stderr.write(`${jsonText({ event: "ended", deployment, exit_code })}\n`);
        }
      },
      onEvent: (event) => {
        const record = eventRecord(event);
        if (json && record !== undefined) {
          stderr.write(`${jsonText(record)}\n`);
        }
      },
    });
  }
}
