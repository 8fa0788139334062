import { type CamelCased, camelCased } from "./camelCase.js";
import type { Deployment } from "./deployment.js";
import type { JourneyEvent, Listener } from "./events.js";
import type { JourneyOptions as Journey } from "./journey.js";
import type { RunOptions as Run } from "./runWork.js";

/** Of start and run; durations in seconds. */
export interface JourneyOptions {
  /** Aborting it gives the place in the line up; of run, it also ends the work. */
  readonly signal?: AbortSignal | undefined;
  /** How long to wait in the line at most; then the place is given up. */
  readonly waitTimeout?: number | undefined;
  /** How long a database may be away; else what connect was told. */
  readonly outageTimeout?: number | undefined;
  /** Told what happens. When it throws before the start, the place is given up. */
  readonly onEvent?: Listener<CamelCased<JourneyEvent>> | undefined;
}

/** Of run; durations in seconds. */
export interface RunOptions extends JourneyOptions {
  /** Within what time the work ends once its signal is aborted; undefined: it may take any time, or not end at all. */
  readonly stopGrace?: number | undefined;
  /** Whether the work goes on when the lease ends without contact to the database, and another deployment may start beside it. */
  readonly continueWithoutContact?: boolean | undefined;
  /** Sees that what was deployed works, and throws when it does not; the deployment is being verified meanwhile. */
  readonly verify?: ((deployment: CamelCased<Deployment>, signal: AbortSignal) => Promise<unknown>) | undefined;
}

export function journeyOptions({ signal, waitTimeout, outageTimeout, onEvent }: JourneyOptions): Journey {
  return {
    signal,
    waitTimeout: inMilliseconds(waitTimeout),
    outageTimeout: inMilliseconds(outageTimeout),
    onEvent: onEvent && ((event) => onEvent(camelCased(event))),
  };
}

export function runOptions({ stopGrace, continueWithoutContact, verify }: RunOptions): Omit<Run, keyof Journey> {
  return {
    continueWithoutContact,
    stopGrace: inMilliseconds(stopGrace),
    verify: verify && ((deployment, signal) => verify(camelCased(deployment), signal)),
  };
}

export function inMilliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000;
}
