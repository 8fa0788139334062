import { Command, Option } from "clipanion";
import { confirm } from "../commandLine/confirm.js";
import { confirmTrust } from "../commandLine/confirmTrust.js";
import type { Session } from "../commandLine/openSession.js";
import { options } from "../commandLine/options.js";
import { isForAgent, releaseEach } from "../commandLine/releasing.js";
import { reportError } from "../commandLine/reportError.js";
import { SelectionCommand } from "../commandLine/selectionCommand.js";
import { optionalName } from "../commandLine/values.js";
import { verificationOf, verificationOptions } from "../commandLine/verification.js";
import { stagedTable } from "../tables/stagedTable.js";
import { jsonText } from "../text/printable.js";

export class ReleaseCommand extends SelectionCommand {
  static override paths = [["release"]];

  static override usage = Command.Usage({
    category: "Hold",
    description: "Let deployments go that are on hold",
    details: `
      Shows what will happen, and asks on a terminal. Any answer but yes changes nothing and exits with 4, Ctrl-C with 130.
      Then it releases one after the other, in the order in which they were staged:

      Where a job waits for the release, the job goes on by itself. A staged command runs here as with \`run\`: it waits for its
      turn, sends heartbeats, and its outcome is the end of the deployment. A deployment that was staged without a command
      starts when its turn comes, as with \`start\`: its id is printed, and \`finish\` or \`cancel\` ends it.

      A staged command has your rights and the environment of this process, without DEPLOY_QUEUE_DATABASE_URL unless
      \`--pass-database-url\` is given. When another role than yours has staged one, a second question names that role, which
      \`--yes\` does not answer but \`--trust-staged-by\` does. \`--verify\` and \`--on-failure\` hold for each staged command, as with \`run\`.

      With \`--agent\`, an agent runs the command on its own machine, and nothing of it runs here: the target is the one of the component and
      cell, or \`--target\` names it. What was staged with \`--target\` goes to its agents in any case. Its id is printed, and the command
      ends before the agent begins: \`deploy-queue logs --follow\` shows what happens.

      One that a freeze, a window, a gate or the like withholds comes after the others. One whose command cannot be started here, since there
      is no such program, stays on hold, with exit code 127. After the first one that fails it stops: the rest stays on hold, and the exit code is that of its command. A wait that a
      signal or \`--wait-timeout\` ends is cancelled as with \`start\`. With \`--parallel\` all go at once, and each line of the log names the cell. When two
      people release the same deployment, one of them does it, and the other gets exit code 4.

      With \`--json\`, one JSON document says what became of each. It is on stdout; where commands run, stdout is theirs, and the
      document is on stderr.
    `,
    examples: [
      ["Let one go", "deploy-queue release 42"],
      ["Let its command run where it belongs, not here", "deploy-queue release --agent 42"],
      ["Everything that was prepared for tonight", "deploy-queue release --environment prod --yes"],
    ],
  });

  trusted = Option.Array("--trust-staged-by", [], {
    description: "Run the commands that this role has staged; may be given several times",
  });
  byAgent = Option.Boolean("--agent", false, {
    description: "An agent runs the staged commands on its machine, instead of this process",
  });
  target = optionalName("--target", "Whose agents run them, where several serve the component and cell");
  confirm = options.confirm();
  passDatabaseUrl = options.passDatabaseUrl();
  parallel = Option.Boolean("--parallel", false, { description: "All at once instead of one after the other" });
  waitTimeout = options.waitTimeout();
  gracePeriod = options.gracePeriod();
  onLostContact = options.onLostContact();
  verify = verificationOptions.verify();
  verifyFor = verificationOptions.verifyFor();
  verifyEvery = verificationOptions.verifyEvery();
  verifyHold = verificationOptions.verifyHold();
  onFailure = verificationOptions.onFailure();
  log = options.log();
  mask = options.mask();
  override outageTimeout = options.outageTimeout();

  private get isByAgent(): boolean {
    return this.byAgent || this.target !== undefined;
  }

  override async act(session: Session): Promise<number> {
    const verification = verificationOf(this);
    const held = await this.selected(session.queue);
    if (held.length === 0) {
      session.log.info("nothing of that is on hold");
    } else {
      this.context.stderr.write(`${stagedTable(held)}\n`);
      if (!this.yes) {
        await confirm(`Release ${held.length === 1 ? "it" : `these ${held.length}`}?`);
      }
      await confirmTrust(
        held.filter((staged) => !isForAgent(staged, this.isByAgent)),
        this.trusted,
      );
    }
    const { exitCode, outcomes } = await releaseEach(session, held, {
      reason: this.reason,
      confirmation: this.confirm,
      parallel: this.parallel,
      byAgent: this.isByAgent,
      target: this.target,
      waitTimeout: this.waitTimeout,
      outageTimeout: this.outageTimeoutOrDefault,
      gracePeriod: this.gracePeriod,
      passDatabaseUrl: this.passDatabaseUrl,
      continueWithoutContact: this.onLostContact,
      verification,
      onFailure: this.onFailure,
      keepLog: this.log,
      maskedVariables: this.mask,
      onError: (error) => reportError(error, this.context),
      onStarted: ({ id }) => (this.json ? undefined : this.print(String(id), undefined)),
    });
    if (this.json) {
      const stream = held.some((staged) => staged.command !== null && !isForAgent(staged, this.isByAgent))
        ? this.context.stderr
        : this.context.stdout;
      stream.write(`${jsonText(outcomes)}\n`);
    }
    return exitCode;
  }
}
