import { setTimeout as sleep } from "node:timers/promises";
import { cancellationOf } from "../queue/cancelled.js";
import type { Deployment } from "../queue/deployment.js";
import { reasonOf } from "../queue/errors.js";
import { watchLease } from "../queue/fence.js";
import type { Lease } from "../queue/lease.js";
import { outlastOutages } from "../queue/outage.js";
import type { Queue } from "../queue/queue.js";
import { cancellerName, deploymentName } from "../text/describe.js";
import { formatDuration } from "../text/durations.js";
import { printable } from "../text/printable.js";
import { annotateStep, endSteps, stepRuns } from "./jobSteps.js";

/** How long a step may take to end, in milliseconds, and never more than a third of the lease. */
const longestGrace = 10_000;

export interface Job {
  /** The process of the runner; undefined where it is out of reach. */
  readonly runner: number | undefined;
  /** Whether its steps are ended when its deployment is to stop. */
  readonly stopOnCancel: boolean;
  /** Aborted when the job or its deployment has ended. */
  readonly over: AbortSignal;
  readonly log: (message: string) => void;
}

/** What the background process does when the work of the job must end. It knows the work only as the steps that the runner runs. */
export class Stopping {
  readonly #queue: Queue;
  readonly #lease: Lease;
  readonly #job: Job;
  /** Set once its steps are being ended. */
  #ending: Promise<void> | undefined;

  constructor(queue: Queue, lease: Lease, job: Job) {
    this.#queue = queue;
    this.#lease = lease;
    this.#job = job;
  }

  /**
   * Watches the lease and the maximum duration of the work.
   * @returns a function that stops it
   */
  watch(deployment: Deployment): () => void {
    const { id } = deployment;
    return watchLease(this.#lease, () => (this.#job.stopOnCancel ? this.#grace() : 0), {
      onLostContact: () => {
        void this.#alarm(
          `${deploymentName(deployment)} has no contact to the database, and its lease ends: then another deployment may start`,
          "Nothing ends this job: end it now",
        );
      },
      onTooLong: () => {
        const note = `it ran for longer than ${formatDuration(this.#lease.maxDuration)}`;
        const endless = { outageTimeout: Number.POSITIVE_INFINITY, signal: this.#job.over };
        void outlastOutages(() => this.#queue.cancel(id, note), endless).catch(() => undefined);
      },
    });
  }

  /** The deployment was asked to stop. */
  async requested(deployment: Deployment): Promise<void> {
    const who = cancellerName(await cancellationOf(this.#queue, deployment.id));
    const why = deployment.cancellation_note ?? "no reason given";
    await this.#alarm(
      `${who} asks ${deploymentName(deployment)} to stop: ${why}`,
      "Nothing ends this job, and the deployment holds its cell until the job has ended: end it as soon as that is safe",
    );
  }

  /** The deployment was cancelled without regard to its keeper. Returns once the job knows. */
  async lost(deployment: Deployment): Promise<void> {
    const who = cancellerName(await cancellationOf(this.#queue, deployment.id));
    const why = deployment.cancellation_note ?? "no reason given";
    await this.#alarm(
      `${deploymentName(deployment)} was cancelled by ${who}: ${why}. Its cell is free, and another deployment may start`,
      "Nothing ends this job: end it now",
    );
  }

  /** The database knows nothing of its start. Returns once the job knows. */
  forgotten(deployment: Deployment): Promise<void> {
    return this.#alarm(
      `the database does not know that ${deploymentName(deployment)} has started: a fail-over has lost that, and another deployment may work in its cell`,
      "Nothing ends this job: end it now",
    );
  }

  async #alarm(news: string, byHand: string): Promise<void> {
    const { runner, stopOnCancel, log } = this.#job;
    const message = printable(`${news}. ${stopOnCancel ? "The step that runs now is ended" : byHand}`);
    log(message);
    if (runner === undefined) {
      return;
    }
    try {
      await this.#tell(runner, message);
    } catch (error) {
      log(`the steps of the job are out of reach: ${reasonOf(error)}`);
    }
  }

  async #tell(runner: number, message: string): Promise<void> {
    const { stopOnCancel, over } = this.#job;
    await stepRuns(runner, over);
    let isTold = annotateStep(runner, message);
    if (stopOnCancel && !over.aborted) {
      this.#ending ??= endSteps(runner, this.#grace(), over);
      await this.#ending;
      return;
    }
    while (!isTold && !over.aborted) {
      await sleep(1_000);
      isTold = annotateStep(runner, message);
    }
  }

  #grace(): number {
    return Math.min(longestGrace, this.#lease.length / 3);
  }
}
