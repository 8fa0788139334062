import type { Lease } from "./lease.js";

/** How often to look at the clocks at least, in milliseconds: a timer stands still while the machine sleeps. */
const longestLook = 1_000;

export interface Fence {
  /** The lease is so near its end that the work must end now, since another deployment may start after it. */
  readonly onLostContact: () => void;
  /** The maximum duration is over. */
  readonly onTooLong: () => void;
}

/**
 * Watches the lease of running work.
 * @param grace milliseconds that the work needs to end, of the lease that was last acknowledged
 * @returns a function that stops it
 */
export function watchLease(lease: Lease, grace: () => number, { onLostContact, onTooLong }: Fence): () => void {
  let timer: NodeJS.Timeout | undefined;
  let told = false;
  const look = (): void => {
    if (lease.left <= grace()) {
      onLostContact();
      return;
    }
    if (!told && lease.workLeft <= 0) {
      told = true;
      onTooLong();
    }
    const next = Math.min(lease.left - grace(), told ? longestLook : lease.workLeft, longestLook);
    timer = setTimeout(look, Math.max(1, next));
  };
  look();
  return () => clearTimeout(timer);
}
