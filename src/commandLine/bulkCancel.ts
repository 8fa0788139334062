import { withProgress } from "../display/progress.js";
import type { LiveFilter } from "../queue/calls/line.js";
import type { BulkCancelOptions } from "../queue/calls/queueCalls.js";
import type { Deployment } from "../queue/deployment.js";
import { cancelledEachText, isStopping, meantText } from "../text/cancellation.js";
import { isCompatible } from "./compatibility.js";
import { confirm, isAtTerminal } from "./confirm.js";
import { forceRisk, requireOneWay } from "./confirmForce.js";
import type { Session } from "./openSession.js";
import { options } from "./options.js";
import { PlacedCommand } from "./placedCommand.js";

/** A command that cancels all deployments of a kind: it shows them, and asks. */
export abstract class BulkCancel extends PlacedCommand {
  cancellationNote = options.cancellationNote();
  force = options.force();
  queuedOnly = options.queuedOnly();
  dryRun = options.dryRun();
  yes = options.yes();

  /**
   * With force, those that are asked to stop by this are cancelled at once.
   * @param ifNone called when there was none, before this says so
   */
  protected async cancelAll(
    { queue, log }: Session,
    filter: LiveFilter,
    cancel: (how: BulkCancelOptions) => Promise<readonly Deployment[]>,
    ifNone: () => Promise<void> = async () => undefined,
  ): Promise<void> {
    const { queuedOnly } = this;
    requireOneWay(this);
    const live = await queue.line.live(filter);
    const meant = queuedOnly ? live.filter(({ start_timestamp }) => start_timestamp === null) : live;
    if (this.dryRun) {
      await (meant.length === 0 ? ifNone() : undefined);
      this.print(meantText(meant), meant);
      return;
    }
    await this.#confirm(meant);
    const cancelled: Deployment[] = [];
    const ended = await withProgress(log, "cancelling", (tell) =>
      cancel({ queuedOnly, onProgress: (count) => tell(`${count} of ${meant.length}`) }),
    );
    for (const deployment of ended) {
      const isLeft = this.force && isStopping(deployment);
      cancelled.push(
        isLeft ? await queue.cancel(deployment.id, this.cancellationNote, { force: this.force }) : deployment,
      );
    }
    await (cancelled.length === 0 ? ifNone() : undefined);
    this.print(cancelledEachText(cancelled), cancelled);
  }

  /** Asks on a terminal; elsewhere --yes must be given, unless it is about one deployment. */
  async #confirm(meant: readonly Deployment[]): Promise<void> {
    const frees = this.force && meant.some(({ start_timestamp }) => start_timestamp !== null);
    const isSmall = meant.length === 1 && !frees && !isAtTerminal();
    // The predecessor never asks.
    const isAnswered = this.yes || (isCompatible(this.context) && !this.force && !isAtTerminal());
    if (isAnswered || meant.length === 0 || isSmall) {
      return;
    }
    this.context.stderr.write(`${frees ? `${forceRisk}\n` : ""}${meantText(meant)}\n`);
    await confirm(meant.length === 1 ? "Cancel it?" : `Cancel these ${meant.length}?`);
  }
}
