import { Command, Option } from "clipanion";
import { startDeployment } from "../commandLine/journey.js";
import type { Session } from "../commandLine/openSession.js";
import { TurnCommand } from "../commandLine/turnCommand.js";
import { InvalidValueError } from "../database/errors.js";
import { eventRecord } from "../display/eventRecord.js";
import { checklist, preflightCode } from "../text/checklist.js";

export class StartCommand extends TurnCommand {
  static override paths = [["start"]];

  static override usage = Command.Usage({
    description: "Enter the line, wait for the turn and start",
    details: `
      Prints the id of the deployment, writes it to the step output \`deployment-id\` in a GitHub workflow, waits until
      nothing blocks it, starts it and exits. The caller deploys then, and ends with \`finish\` or \`fail\`. No heartbeats are sent while
      it deploys: when the caller dies, the deployment never ends by itself, unless \`--max-duration\` ends it.

      SIGINT, SIGTERM, SIGHUP, SIGQUIT and \`--wait-timeout\` give the place in the line up. Within a second, another
      signal is the first one once more. A later one leaves at once. A reader that closes stdout before all is printed gives the
      place up too; after the id, only \`--json\` prints more. A stdout that is closed from the beginning (\`>&-\`) is /dev/null to Node.js,
      so \`start\` goes on, and only the log names the id. Ctrl-Z does not suspend.

      The place is also given up when the parent process is gone, such as the script that would deploy: otherwise the cell would be
      held for ever. \`nohup\` does not change that. A wait that is to outlive its shell has no parent from the beginning:
      \`setsid --fork deploy-queue start …\`, or \`(deploy-queue start … &)\` where there is no \`setsid\`.

      With \`--idempotency-key\`, \`start\` may be called again when its answer was lost. It takes the place in the line over, and
      succeeds at once when the deployment runs already: so two callers with one key would both deploy.

      With \`--reservation\` it redeems a place that \`reserve\` has taken, waits there and starts.

      With \`--hold\` it waits until \`deploy-queue release\` is called with its id, and then goes on.

      With \`--json\`, every step is a JSON line on stdout: enqueued; waiting, whenever that changes; outage and outage-over. The
      last one is started; cancelled, when another client cancels the deployment, or a policy does: its kind is superseded or outdated then, and superseded_by the
      deployment that did it; given-up; or left-behind, when its place could not
      be given up.
    `,
    examples: [
      [
        "Deploy a version of a component",
        "deploy-queue start --environment prod --provider aws --region us-west-2 --cell-index 1 --component api --version v1.2.3",
      ],
    ],
  });

  dryRun = Option.Boolean("--dry-run", false, {
    description: "Only say what it would wait for, and until when, as preflight does, with its exit codes",
  });

  protected override async checkPlace(): Promise<void> {
    if (this.dryRun && this.reservation !== undefined) {
      throw new InvalidValueError("--dry-run and --reservation do not go together", {
        hint: `"deploy-queue explain ${this.reservation}" says what a reservation waits for.`,
      });
    }
    await super.checkPlace();
  }

  override async act(session: Session): Promise<number> {
    if (this.dryRun) {
      const request = await this.patiently(session, () => this.request(session));
      const preflight = await session.queue.line.preflight(request);
      this.print(checklist(preflight), preflight);
      return preflightCode(preflight);
    }
    const wayIn = await this.patiently(session, () => this.wayIn(session));
    await startDeployment(session, wayIn, {
      waitTimeout: this.waitTimeout,
      outageTimeout: this.outageTimeoutOrDefault,
      json: this.json,
      output: this.context.stdout,
      onEvent: (event) => {
        const record = eventRecord(event);
        if (this.json && record !== undefined) {
          this.print("", record);
        } else if (event.event === "enqueued") {
          this.print(String(event.deployment.id), undefined);
        }
      },
    });
    return 0;
  }
}
