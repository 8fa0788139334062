import type { JourneyEvent, Listener } from "./events.js";
import type { Forecast, StartAttempt } from "./forecast.js";
import type { Queue } from "./queue.js";

/** While a blocker is overdue, the prediction is read anew this often, in milliseconds. */
const slidingInterval = 30_000;

/**
 * Tells where a deployment stands after a look that ended with "not yet". The forecast is read only when it may have changed since
 * it was told last.
 */
export function tellForecast(queue: Queue, tell: Listener<JourneyEvent>): (attempt: StartAttempt) => Promise<void> {
  let told: { readonly reasons: string; readonly gist: string; readonly holdsUntil: number } | undefined;
  return async ({ deployment, waitingOn }) => {
    const reasons = JSON.stringify(waitingOn);
    if (reasons === told?.reasons && performance.now() < told.holdsUntil) {
      return;
    }
    // The forecast only describes the wait: without a database there is none for now.
    const forecast = await queue.forecasts.of(deployment.id).catch(() => undefined);
    if (forecast === undefined) {
      return;
    }
    const isNews = reasons !== told?.reasons || gist(forecast) !== told.gist;
    told = { reasons, gist: gist(forecast), holdsUntil: performance.now() + holdsFor(forecast) };
    await tell({ event: isNews ? "waiting" : "still-waiting", ...forecast });
  };
}

/**
 * For how many milliseconds a forecast stays true without any news: until a running blocker takes longer than usual, or the
 * predicted start has come. While a blocker is overdue, the prediction moves on with time.
 */
export function holdsFor({ as_of, predicted_start, overdue, blockers }: Forecast): number {
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

/** The parts of a forecast that are told again when they change. A prediction that only moves on with time is not. */
export function gist({ as_of, position, predicted_start, overdue }: Forecast): string {
  const slides = overdue || (predicted_start !== null && predicted_start <= as_of);
  return JSON.stringify([position, overdue, predicted_start === null, slides ? undefined : predicted_start]);
}
