import { randomUUID } from "node:crypto";
import { logOutages } from "../display/outages.js";
import { agentChannel } from "../queue/channels.js";
import { AccessDeniedError, isDenial, OtherKeeperError, reasonOf } from "../queue/errors.js";
import { readClocks } from "../queue/lease.js";
import { longestDenial, outlastOutages } from "../queue/outage.js";
import { pause } from "../queue/pause.js";
import type { Keeper } from "../supervision/superviseCommands.js";
import { contradictionWarner } from "./contradictions.js";
import { performWork } from "./performWork.js";
import type { AgentSettings, Target } from "./target.js";

export interface AgentOptions extends Keeper {
  readonly name: string;
  readonly settings: AgentSettings;
  /** Aborted when nothing more is to be taken. */
  readonly drain: AbortSignal;
  /** Tells each deployment that runs of the signals that are to end it. @returns what ends this */
  readonly onSignal: (callback: (signal: NodeJS.Signals) => void) => () => void;
}

/** How often an agent shows at least that it is there, in milliseconds. */
const longestPause = 60_000;
/** Milliseconds of the lease until the first heartbeat: one that is killed in the moment in which it takes a deployment has no watchdog for it yet. */
const firstBeatWithin = 30_000;
/** How long to wait after an error that is no outage, in milliseconds. */
const errorPause = 10_000;

/**
 * Takes work and does it until it is told to drain, and returns when what it has taken has ended. Outlasts outages.
 * @throws what refuses its targets when it starts; once what it has taken has ended, AccessDeniedError when it is not let in any more, and
 * OtherKeeperError when another process has taken its name
 */
export async function runAgent(options: AgentOptions): Promise<void> {
  const { queue, log, name, settings, drain } = options;
  const running = new Set<Promise<void>>();
  let taken = 0;
  let denial: Error | undefined;
  const stopGrace = Math.max(...settings.targets.map(({ gracePeriod }) => gracePeriod));
  let wake = (): void => undefined;
  let isWoken = false;
  const onWakeUp = (): void => {
    isWoken = true;
    wake();
  };
  let channel: string | undefined;
  let stopHearing = (): void => undefined;
  /** Drawn anew for each deployment, and not before it is there: the answer to the last call may have been lost. */
  let keeper = randomUUID();
  let isKnown = false;
  /** Tells this process from another one with its name. */
  const instance = randomUUID();
  const warnOfContradictions = contradictionWarner(queue, log, settings.targets);

  /** Aborted when it drains and nothing runs any more. */
  const over = new AbortController();
  const endWhenIdle = (): void => {
    if (drain.aborted && running.size === 0) {
      over.abort();
    }
  };

  /** Shows that it is there, and renews what waits. @returns milliseconds after which to do it again */
  const keep = async (): Promise<number> => {
    const id = await queue.work.register(name, settings.targets.map(registered), instance);
    if (!isKnown) {
      log.info(`agent ${name} serves ${settings.targets.map((target) => target.name).join(", ")}`);
      isKnown = true;
    }
    if (channel !== agentChannel(id)) {
      stopHearing();
      channel = agentChannel(id);
      stopHearing = queue.source.onWakeUp(channel, onWakeUp);
    }
    await warnOfContradictions();
    return Math.min(longestPause, await queue.work.keep(name));
  };

  /** Takes all that it may. @returns milliseconds after which time alone may give more */
  const take = async (): Promise<number> => {
    if (channel !== undefined) {
      await queue.source.listen(channel);
    }
    while (running.size < settings.deploymentsAtOnce && !drain.aborted) {
      const sent = readClocks();
      const { work, lookAgainIn = longestPause } = await queue.work.take(name, keeper, { stopGrace, firstBeatWithin });
      if (work === undefined) {
        return lookAgainIn;
      }
      const target = settings.targets.find((known) => known.name === work.target);
      let heed = (_: NodeJS.Signals): void => undefined;
      const stopHeeding = options.onSignal((signal) => heed(signal));
      const attention = {
        onSignal: (callback: (signal: NodeJS.Signals) => void) => {
          heed = callback;
        },
      };
      const done = performWork(options, attention, { work, keeper, sent, target }).then((untold) => {
        if (isDenial(untold)) {
          denial ??= new AccessDeniedError(`agent ${name} is not let in any more`, { cause: untold });
        }
        stopHeeding();
        running.delete(done);
        endWhenIdle();
        onWakeUp();
      });
      running.add(done);
      taken += 1;
      keeper = randomUUID();
    }
    return longestPause;
  };

  const onDrain = (): void => {
    endWhenIdle();
    wake();
  };
  drain.addEventListener("abort", onDrain, { once: true });
  let keepAt = 0;
  let deniedSince: number | undefined;
  let lastReason: string | undefined;
  while (!over.signal.aborted) {
    const wasWoken = isWoken;
    const before = taken;
    isWoken = false;
    let sleep = errorPause;
    try {
      const onEvent = logOutages(log);
      const outages = { outageTimeout: Number.POSITIVE_INFINITY, onEvent, signal: over.signal };
      if (performance.now() >= keepAt) {
        keepAt = performance.now() + (await outlastOutages(keep, outages));
      }
      const lookAgainIn = await outlastOutages(take, outages);
      // What time alone may change is the end of a lease, too: it reaps before it takes.
      keepAt = Math.min(keepAt, performance.now() + lookAgainIn);
      if (wasWoken && taken === before) {
        // Told of no work, it may be told that another process has its name.
        keepAt = performance.now();
      }
      sleep = keepAt - performance.now();
      deniedSince = undefined;
      denial = undefined;
      lastReason = undefined;
    } catch (error) {
      if (over.signal.aborted) {
        break;
      }
      if (!isKnown) {
        throw error;
      }
      if (error instanceof OtherKeeperError) {
        denial = error;
        break;
      }
      deniedSince = isDenial(error) ? (deniedSince ?? performance.now()) : undefined;
      if (deniedSince !== undefined && (drain.aborted || performance.now() - deniedSince >= longestDenial)) {
        denial = new AccessDeniedError(`agent ${name} may not take deployments any more: ${reasonOf(error)}`, {
          cause: error,
        });
        break;
      }
      if (reasonOf(error) !== lastReason) {
        lastReason = reasonOf(error);
        log.error(`${lastReason}; trying again every ${errorPause / 1_000} s`);
      }
      keepAt = 0;
    }
    if (!isWoken && !over.signal.aborted) {
      await pause(Math.max(0, sleep), undefined, (resolve) => {
        wake = resolve;
      });
    }
  }
  stopHearing();
  drain.removeEventListener("abort", onDrain);
  if (denial !== undefined) {
    if (running.size > 0) {
      log.error(`${denial.message}; this one takes nothing more, and ends when what it runs has ended`);
    }
    await Promise.all(running);
    throw denial;
  }
  if (isKnown) {
    // Nobody counts on it after 150 s in any case.
    await queue.work.leave(name).catch(() => undefined);
  }
}

function registered({ name, component, environment, cloudProvider, region, cellIndex, directories, refs }: Target) {
  return {
    ...{ target: name, component, environment, cloud_provider: cloudProvider, region, cell_index: cellIndex },
    ...{ directories, refs: refs ?? [] },
  };
}
