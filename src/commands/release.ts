import { Command, Option } from "clipanion";
import type { Session } from "../commandLine/openSession.js";
import { deploymentOptions, readTimeout } from "../commandLine/options.js";
import { PatientCommand } from "../commandLine/patientCommand.js";
import { selectHeld, selectionOptions } from "../commandLine/selection.js";

export class ReleaseCommand extends PatientCommand {
  static override paths = [["release"]];

  static override usage = Command.Usage({
    category: "Hold",
    description: "Let deployments go that are on hold",
    details: `
      Shows what will happen and asks on a terminal; any answer but yes changes nothing and exits with 4, Ctrl-C with 130.
      Then, one after the other, in the order in which they were staged:

      Where a job waits for the release, the job goes on by itself. A staged command runs here as \`run\` would run it:
      after waiting for its turn, with heartbeats, and its outcome is the end of the deployment. What was staged without
      a command is started when its turn comes, as by \`start\`; its id is printed, and whoever deploys ends it with
      \`finish\` or \`cancel\`.

      The first one that fails is the last: what comes after it stays on hold, and the exit code is that of its command.
      One that is given up while it waits, by SIGINT, SIGTERM, SIGHUP or \`--wait-timeout\`, is cancelled as with \`start\`. With \`--parallel\` all go at once. Of two who release the same deployment one does; the other gets exit code 4.

      With \`--json\`, what became of each is one JSON document: on stdout, or where commands run, whose stdout it is, on
      stderr.
    `,
    examples: [
      ["Let one go", "deploy-queue release 42"],
      ["Everything that was prepared for tonight", "deploy-queue release --environment prod --yes"],
    ],
  });

  deploymentIds = selectionOptions.deploymentIds();
  all = selectionOptions.all();
  component = selectionOptions.component();
  environment = selectionOptions.environment();
  provider = selectionOptions.provider();
  region = selectionOptions.region();
  cellIndex = selectionOptions.cellIndex();
  reason = deploymentOptions.reason("Why; their events keep it");
  yes = deploymentOptions.yes();
  parallel = Option.Boolean("--parallel", false, { description: "All at once instead of one after the other" });
  waitTimeout = deploymentOptions.waitTimeout();
  gracePeriod = deploymentOptions.gracePeriod();

  override async act(session: Session): Promise<number> {
    const { parseDuration } = await import("../text/durations.js");
    const { stagedTable } = await import("../tables/stagedTable.js");
    const { jsonText } = await import("../text/printable.js");
    const { confirm } = await import("../commandLine/confirm.js");
    const { releaseEach } = await import("../commandLine/releasing.js");
    const gracePeriod = parseDuration(this.gracePeriod, "--grace-period");
    const waitTimeout = readTimeout(this.waitTimeout, "--wait-timeout");
    const { holds } = session.queue;
    const held = await selectHeld(session.queue, holds, this);
    if (held.length === 0) {
      session.log.info("nothing of that is on hold");
    } else {
      this.context.stderr.write(`${stagedTable(held)}\n`);
      if (!this.yes) {
        await confirm(`Release ${held.length === 1 ? "it" : `these ${held.length}`}?`);
      }
    }
    const { exitCode, outcomes } = await releaseEach(session, holds, held, {
      reason: this.reason,
      parallel: this.parallel,
      waitTimeout,
      outageTimeout: this.patience(),
      gracePeriod,
      onStarted: ({ id }) => (this.json ? undefined : this.print(String(id), undefined)),
    });
    if (this.json) {
      const stream = held.some(({ command }) => command !== null) ? this.context.stderr : this.context.stdout;
      stream.write(`${jsonText(outcomes)}\n`);
    }
    return exitCode;
  }
}
