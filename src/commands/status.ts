import { Command, Option } from "clipanion";
import type { Session } from "../commandLine/openSession.js";
import { placeByName } from "../commandLine/placeByName.js";
import { PlacedCommand } from "../commandLine/placedCommand.js";
import { optionalArgument } from "../commandLine/values.js";
import { InvalidValueError } from "../database/errors.js";
import { openLiveScreen } from "../display/liveScreen.js";
import { onSignals } from "../display/signals.js";
import { type PlaceStatus, placeStatus } from "../queue/calls/placeStatus.js";
import type { DeploymentId, Whereabouts } from "../queue/deployment.js";
import { follow } from "../queue/follow.js";
import type { Queue } from "../queue/queue.js";
import { callAsCommand } from "../text/callAsCommand.js";
import { describeStatus } from "../text/describeStatus.js";

const somethingIsWrong = 4;

export class StatusCommand extends PlacedCommand {
  static override paths = [["status"]];

  static override usage = Command.Usage({
    category: "See",
    description: "Show everything about a place: who holds it, who waits, what is wrong, and the next command to type",
    details: `
      The place is an environment, a provider, a region or a cell, by its name: prod, prod-aws, prod-aws-us-west-2 or
      prod-aws-us-west-2-cell-1. Without one, it is all there is.

      First comes what needs a look, each with the commands that may end it: deployments that are silent, slow, idle or run without a
      keeper, and a database that is not well. Freezes and maintenance windows follow, then each cell that is not free: who holds it, and who
      waits in which order.

      With \`--watch\`, it fills the terminal and is drawn anew at each transition, until Ctrl-C. Exits with 4 when something needs a look.
    `,
    examples: [
      ["Why is nothing moving", "deploy-queue status prod-aws-us-west-2-cell-1"],
      ["A screen on the wall", "deploy-queue status prod --watch"],
    ],
  });

  place = optionalArgument("place", (text) => text.trim());
  watch = Option.Boolean("-w,--watch", false, { description: "Draw it anew at each change, until Ctrl-C" });

  override async act(session: Session): Promise<number> {
    const { queue } = session;
    const place = await this.#place(queue);
    const name = placeName(place);
    const status = this.watch ? await this.#watch(session, name, place) : await placeStatus(queue, place);
    if (status === undefined) {
      return 0;
    }
    const lines = describeStatus(name, status, 0, await loggedOf(queue, status));
    this.print(lines.join("\n"), statusRecord(name, status));
    return status.problems.length > 0 ? somethingIsWrong : 0;
  }

  async #place(queue: Queue): Promise<Whereabouts> {
    const place = await this.whereabouts(queue);
    const isGiven = Object.values(place).some((part) => part !== undefined);
    if (this.place === undefined) {
      await queue.cells.require(place);
      return place;
    }
    if (isGiven) {
      throw new InvalidValueError("the name of a place and options of a place do not go together");
    }
    return placeByName(queue, this.place);
  }

  /** @returns what was shown last */
  async #watch({ queue }: Session, name: string, place: Whereabouts): Promise<PlaceStatus | undefined> {
    const { stdout } = process;
    if (!stdout.isTTY || !(stdout.columns > 0 && stdout.rows > 0)) {
      throw new InvalidValueError("--watch needs a terminal", { hint: "Without it, the state of now is printed." });
    }
    const stop = new AbortController();
    const ignoreSignals = onSignals(() => stop.abort());
    let status: PlaceStatus | undefined;
    let logged: ReadonlySet<DeploymentId> = new Set();
    let readAt = 0;
    let trouble: string | undefined;
    const screen = openLiveScreen(stdout, () => [
      ...(trouble === undefined ? [] : [`! ${trouble}`]),
      ...(status === undefined ? [] : describeStatus(name, status, performance.now() - readAt, logged)),
    ]);
    try {
      const read = async (): Promise<void> => {
        status = await placeStatus(queue, place);
        logged = await loggedOf(queue, status);
        readAt = performance.now();
        screen.draw();
      };
      await follow(queue, read, {
        signal: stop.signal,
        outageTimeout: Number.POSITIVE_INFINITY,
        onEvent: (event) => {
          trouble = event.event === "outage" ? event.obstacle.message : undefined;
          screen.draw();
        },
      });
      return status;
    } finally {
      screen.end();
      ignoreSignals();
    }
  }
}

/** What holds a cell and has a log. */
function loggedOf(queue: Queue, { cells }: PlaceStatus): Promise<ReadonlySet<DeploymentId>> {
  return queue.logs.logged(cells.flatMap(({ holders }) => holders.map(({ deployment_id }) => deployment_id)));
}

/** "prod-aws"; "all places" where nothing is named. */
function placeName({ environment, cloudProvider, region, cellIndex }: Whereabouts): string {
  const cell = cellIndex === undefined ? undefined : `cell-${cellIndex}`;
  return [environment, cloudProvider, region, cell].filter((part) => part !== undefined).join("-") || "all places";
}

/** As --json prints it. */
function statusRecord(place: string, { problems, cells, ...status }: PlaceStatus): object {
  return {
    place,
    ...status,
    cells: cells.map(({ cell: { index, ...cell }, ...rows }) => ({ ...cell, cell_index: index, ...rows })),
    problems: problems.map(({ cures, ...problem }) => ({ ...problem, commands: cures.map(callAsCommand) })),
  };
}
