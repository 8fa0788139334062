import type { Deployment } from "./deployment.js";

/** A reading of the clocks of this process, in milliseconds. */
export interface Reading {
  readonly monotonic: number;
  readonly wall: number;
}

export function readClocks(): Reading {
  return { monotonic: performance.now(), wall: Date.now() };
}

/** Milliseconds since then: by the clock that counted more, since the monotonic one stands still while the machine sleeps. */
function elapsedSince({ monotonic, wall }: Reading): number {
  return Math.max(performance.now() - monotonic, Date.now() - wall);
}

/**
 * Until when this process counts as the keeper of its deployment. The database says how long that is; the process measures it on its
 * own clocks, from before it sent the last heartbeat that was acknowledged.
 */
export class Lease {
  #sent: Reading | undefined;
  #length = Number.POSITIVE_INFINITY;
  #isWhole = false;
  #workLeft = Number.POSITIVE_INFINITY;
  #maxDuration = Number.POSITIVE_INFINITY;
  #onRenewed = (): void => undefined;

  /** Calls back at each renewal from now on. */
  onRenewed(callback: () => void): void {
    this.#onRenewed = callback;
  }

  /** A heartbeat was acknowledged; or the start, which says nothing of endsBy. */
  renewed(
    sent: Reading,
    { start_timestamp, heartbeat_timestamp, alive_until }: Deployment,
    endsBy?: Date | null,
  ): void {
    if (heartbeat_timestamp !== null && alive_until !== null) {
      this.#sent = sent;
      this.#isWhole ||= endsBy !== undefined;
      this.#length = alive_until.getTime() - heartbeat_timestamp.getTime();
      this.#maxDuration = endsBy == null ? Number.POSITIVE_INFINITY : endsBy.getTime() - Number(start_timestamp);
      this.#workLeft = endsBy == null ? Number.POSITIVE_INFINITY : endsBy.getTime() - heartbeat_timestamp.getTime();
      this.#onRenewed();
    }
  }

  /** What was asked for, until the first heartbeat says what holds: this process may be suspended before that. */
  limitWork(maxDuration: number | undefined): void {
    if (maxDuration !== undefined && this.#maxDuration === Number.POSITIVE_INFINITY) {
      this.#maxDuration = maxDuration;
      this.#workLeft = maxDuration;
    }
  }

  /** In milliseconds, of which no more than a third is there for the end of the work. */
  get length(): number {
    return this.#length;
  }

  /** Whether its length is that of the environment: the start may give less, until the first heartbeat. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Milliseconds until the lease is over. */
  get left(): number {
    return this.#sent === undefined ? Number.POSITIVE_INFINITY : this.#length - elapsedSince(this.#sent);
  }

  /** In milliseconds, as far as the database has said. */
  get maxDuration(): number {
    return this.#maxDuration;
  }

  /** Milliseconds until the maximum duration is over. */
  get workLeft(): number {
    return this.#sent === undefined ? Number.POSITIVE_INFINITY : this.#workLeft - elapsedSince(this.#sent);
  }
}
