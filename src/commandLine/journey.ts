import type { Writable } from "node:stream";
import { followJourney } from "../display/followJourney.js";
import { lineDisplay } from "../display/lineDisplay.js";
import { giveUpAtSignal, onSignals, refuseSuspension } from "../display/signals.js";
import type { Deployment, DeploymentId } from "../queue/deployment.js";
import { CancelledError, reasonOf } from "../queue/errors.js";
import type { JourneyEvent } from "../queue/events.js";
import type { Forecast } from "../queue/forecast.js";
import { takeTurn } from "../queue/journey.js";
import { outlastOutages } from "../queue/outage.js";
import type { WayIn } from "../queue/wayIn.js";
import { type Attended as AttendedRun, noteOfLateEnd } from "../supervision/runCommand.js";
import { checkGitHubOutput, setGitHubOutput } from "./githubOutput.js";
import type { Session } from "./openSession.js";

export interface AttendedOptions {
  /** In milliseconds, as the next one. */
  readonly waitTimeout: number | undefined;
  readonly outageTimeout: number;
  /** Whether other waits are shown beside this one. Then each change is a line, also on a terminal. */
  readonly beside?: boolean;
  /** Whether the events are printed as JSON. Then no display may be redrawn between them. */
  readonly json?: boolean;
  /** Whether the place is given up when the parent of this process is gone: a deployment that no process works for would hold its cell for ever. */
  readonly needsParent?: boolean;
  /** Where the events go. When its reader closes it, the place is given up, or the deployment that has just started. */
  readonly output?: Writable | undefined;
  readonly onEvent?: (event: JourneyEvent) => void;
}

/** Up to this place in the line, a waiter is told of the logs of those before it. */
const nearPosition = 3;

/** As early as possible: what has no parent any more by then, as after setsid --fork, needs none. */
const parent = process.ppid;
/** How often to look whether it is there, in milliseconds. */
const parentInterval = 1_000;

/** A journey that a person or a workflow attends: shown, told to GITHUB_OUTPUT, and given up at a signal. */
export interface Attended extends AttendedRun {
  /** Waits until all output is written. Then the signal of the journey says whether it was given up at the start. */
  written(): Promise<void>;
  end(): void;
}

/** @throws InvalidValueError when GITHUB_OUTPUT cannot be written */
export async function attend({ log, queue }: Session, options: AttendedOptions): Promise<Attended> {
  const { output, waitTimeout, outageTimeout } = options;
  await checkGitHubOutput();
  const giveUp = new AbortController();
  const follower = followJourney(log, async (waiting) => {
    if (options.beside === true) {
      return lineDisplay(waiting, log);
    }
    // Loaded here, because most starts do not wait.
    const { createWaitingDisplay } = await import("../display/waitingDisplay.js");
    return createWaitingDisplay(waiting, log, { redrawn: options.json !== true });
  });
  const told = new Set<DeploymentId>();
  /** Of what runs before the first ones in a line, each once: so that those behind them cost nothing. */
  const tellOfLog = ({ position, blockers }: Forecast): void => {
    const holders = blockers.flatMap(({ kind, deployment_id: id }) => (kind === "running" && id !== null ? [id] : []));
    const unknown = holders.filter((id) => !told.has(id));
    if (unknown.length === 0 || position > nearPosition) {
      return;
    }
    for (const id of unknown) {
      told.add(id);
    }
    const tell = (logged: ReadonlySet<DeploymentId>) => {
      for (const id of logged) {
        follower.info(`what deployment ${id} prints: deploy-queue logs ${id} --follow`);
      }
    };
    // Nothing depends on it.
    void queue.logs.logged(unknown).then(tell, () => undefined);
  };
  const onEvent = async (event: JourneyEvent): Promise<void> => {
    await follower.onEvent(event);
    options.onEvent?.(event);
    if (event.event === "waiting") {
      tellOfLog(event);
    }
    if (event.event === "enqueued") {
      await setGitHubOutput("deployment-id", String(event.deployment.id));
    }
  };
  const onOutputError = (error: NodeJS.ErrnoException): void =>
    giveUp.abort(
      new CancelledError(
        error.code === "EPIPE"
          ? "the reader of the output is gone"
          : `the output could not be written: ${reasonOf(error)}`,
      ),
    );
  output?.on("error", onOutputError);
  let heed = giveUpAtSignal(giveUp, follower);
  const stopHeeding = [onSignals((signal) => heed(signal)), refuseSuspension(follower)];
  const lookForParent = (): void => {
    if (options.needsParent === true && process.ppid !== parent) {
      giveUp.abort(new CancelledError("the process that has started this one is gone"));
    }
  };
  const looking = setInterval(lookForParent, parentInterval);
  return {
    journey: { waitTimeout, outageTimeout, signal: giveUp.signal, onEvent },
    onSignal: (callback) => {
      heed = callback;
    },
    async written() {
      // In Bun, the failure of an earlier write is told a moment after the end of this one.
      await new Promise<void>((resolve) => {
        if (output === undefined) resolve();
        else output.write("", () => setImmediate(resolve));
      });
      lookForParent();
    },
    end() {
      clearInterval(looking);
      for (const stop of stopHeeding) {
        stop();
      }
      output?.off("error", onOutputError);
    },
  };
}

/**
 * Enters the line and starts, as start does, without heartbeats from then on.
 * @throws CancelledError, WaitTimeoutError; InvalidValueError when GITHUB_OUTPUT cannot be written
 */
export async function startDeployment(session: Session, wayIn: WayIn, options: AttendedOptions): Promise<Deployment> {
  const attended = await attend(session, { ...options, needsParent: true });
  const { signal } = attended.journey;
  try {
    const deployment = await takeTurn(session.queue, wayIn, { ...attended.journey, heartbeat: false });
    await attended.written();
    if (signal.aborted) {
      const note = noteOfLateEnd(signal);
      await outlastOutages(() => session.queue.cancel(deployment.id, note), {
        outageTimeout: options.outageTimeout,
      });
      throw signal.reason;
    }
    return deployment;
  } finally {
    attended.end();
  }
}
