import { Command, Option } from "clipanion";
import type { Session } from "../commandLine/openSession.js";
import { QueueCommand } from "../commandLine/queueCommand.js";
import { deploymentIdArgument, optionalText, optionalValue } from "../commandLine/values.js";
import { InvalidValueError } from "../database/errors.js";
import { createLogPrinter } from "../display/logPrinter.js";
import { logOutages } from "../display/outages.js";
import type { LogStream } from "../queue/calls/logs.js";
import { cancelledError } from "../queue/cancelled.js";
import { followLog, readLog } from "../queue/followLog.js";
import { deploymentName } from "../text/describe.js";
import { parseSince } from "../text/moments.js";

export class LogsCommand extends QueueCommand {
  static override paths = [["logs"]];

  static override usage = Command.Usage({
    description: "Show what the work of a deployment has printed",
    details: `
      What \`run --log\`, an agent or the action with \`log\` has kept of the output, in order. What the keeper of the log says itself stands in
      lines of its own that begin with \`deploy-queue:\`. docs/logs.md tells what is kept, and for how long.

      \`--follow\` goes on with what is added, until the deployment has ended. It exits with 0 when that has finished, with 5 when it has
      failed or was cancelled.

      On a terminal, and in GitHub Actions, only colours are as they were printed: other characters that steer a terminal or a workflow are
      shown. Otherwise the output is as it was printed.

      With \`--json\`, each piece is a JSON document in a line: position, logged_at, stream and content.
    `,
    examples: [
      ["What deployment 42 has printed so far", "deploy-queue logs 42"],
      ["Watch it to its end", "deploy-queue logs 42 --follow"],
      ["Errors of the last ten minutes", "deploy-queue logs 42 --since 10m --stream stderr"],
    ],
  });

  deploymentId = deploymentIdArgument();
  follow = Option.Boolean("-f,--follow", false, {
    description: "Go on with what is added, until the deployment has ended",
  });
  since = optionalText("--since", "How long ago, or since when");
  stream = optionalValue("--stream", "stdout, stderr, or note: what the keeper of the log says", parseStream);

  /** What is no piece of the log is JSON, too, on stderr. */
  protected override get hasJsonLog(): boolean {
    return this.json;
  }

  override async act({ queue, log }: Session): Promise<number> {
    const { deploymentId: id, follow, stream, json } = this;
    const { stdout, env } = this.context;
    const selection = {
      stream,
      since: this.since === undefined ? undefined : await parseSince(queue, this.since, "--since"),
    };
    const isTerminal = "isTTY" in stdout && stdout.isTTY === true;
    const print = createLogPrinter(stdout, { json, isSteered: isTerminal || env["GITHUB_ACTIONS"] === "true" });
    if (!follow) {
      let isEmpty = true;
      for await (const page of readLog(queue, id, selection)) {
        isEmpty = false;
        if (!(await print(page))) break;
      }
      if (isEmpty) {
        const isAll = stream === undefined && this.since === undefined;
        const { start_timestamp, status } = await queue.deployment(id);
        const why = start_timestamp === null && status !== "cancelled" ? ` yet: it is ${status}` : "";
        log.info(`deployment ${id} has no log${isAll ? why : " like that"}`);
      }
      return 0;
    }
    const { signal } = new AbortController();
    const pages = followLog(queue, id, selection, {
      ...{ signal, outageTimeout: Number.POSITIVE_INFINITY, onEvent: logOutages(log) },
    });
    for (;;) {
      const { done, value } = await pages.next();
      if (!done) {
        if (await print(value)) continue;
        await pages.return(undefined);
        return 0;
      }
      if (value?.cancellation_timestamp) {
        throw cancelledError(value);
      }
      log.info(value === undefined ? `deployment ${id} goes on` : `${deploymentName(value)} finished`);
      return 0;
    }
  }
}

const streams: readonly LogStream[] = ["stdout", "stderr", "note"];

function parseStream(text: string, option: string): LogStream {
  const stream = streams.find((one) => one === text);
  if (stream === undefined) {
    throw new InvalidValueError(`${option} must be one of ${streams.join(", ")}, not "${text}"`);
  }
  return stream;
}
