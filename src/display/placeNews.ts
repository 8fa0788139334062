import type { Place } from "../queue/place.js";

/** A prediction that slides along is read anew this often, in milliseconds. */
const slidingInterval = 30_000;

/**
 * For how many milliseconds a place stays true without any news: until somebody who runs takes longer than usual, or the
 * predicted start has come. While somebody is overdue, the prediction slides along.
 */
export function holdsFor({ as_of, predicted_start, overdue, blockers }: Place): number {
  const now = as_of.getTime();
  const left = predicted_start === null ? 0 : predicted_start.getTime() - now;
  if (overdue) {
    return left > 0 ? slidingInterval : Number.POSITIVE_INFINITY;
  }
  const usualEnds = blockers.flatMap((blocker) =>
    "text" in blocker || blocker.kind !== "running" || blocker.usual_seconds === null
      ? []
      : [Date.parse(blocker.since) + blocker.usual_seconds * 1000 - now],
  );
  return Math.min(...[left, ...usualEnds].filter((milliseconds) => milliseconds > 0));
}

/** What of a place is worth telling again when it changes. A prediction that only slides along is not. */
export function gist({ as_of, position, predicted_start, overdue }: Place): string {
  const slides = overdue || (predicted_start !== null && predicted_start <= as_of);
  return JSON.stringify([position, overdue, predicted_start === null, slides ? undefined : predicted_start]);
}
