import { randomUUID } from "node:crypto";
import { logOutages } from "../display/outages.js";
import { agentChannel } from "../queue/channels.js";
import { DatabaseUnavailableError, reasonOf } from "../queue/errors.js";
import { readClocks } from "../queue/lease.js";
import { outlastOutages } from "../queue/outage.js";
import { pause } from "../queue/pause.js";
import type { Keeper } from "../supervision/superviseCommands.js";
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
/** How long to wait after an error that is no outage, in milliseconds. */
const errorPause = 10_000;

/**
 * Takes work and does it until it is told to drain, and returns when what it has taken has ended. Outlasts outages.
 * @throws what refuses its targets when it starts
 */
export async function runAgent(options: AgentOptions): Promise<void> {
  const { queue, log, name, settings, drain } = options;
  const running = new Set<Promise<void>>();
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

  /** Shows that it is there, and renews what waits. @returns milliseconds after which to do it again */
  const keep = async (): Promise<number> => {
    const id = await queue.work.register(name, settings.targets.map(registered));
    if (!isKnown) {
      log.info(`agent ${name} serves ${settings.targets.map((target) => target.name).join(", ")}`);
      isKnown = true;
    }
    if (channel !== agentChannel(id)) {
      stopHearing();
      channel = agentChannel(id);
      stopHearing = queue.source.onWakeUp(channel, onWakeUp);
    }
    return Math.min(longestPause, await queue.work.keep(name));
  };

  /** Takes all that it may. @returns milliseconds after which time alone may give more */
  const take = async (): Promise<number> => {
    if (channel !== undefined) {
      await queue.source.listen(channel);
    }
    while (running.size < settings.deploymentsAtOnce && !drain.aborted) {
      const sent = readClocks();
      const { work, lookAgainIn = longestPause } = await queue.work.take(name, keeper, { stopGrace });
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
      const done = performWork(options, attention, { work, keeper, sent, target }).finally(() => {
        stopHeeding();
        running.delete(done);
        onWakeUp();
      });
      running.add(done);
      keeper = randomUUID();
    }
    return longestPause;
  };

  const onDrain = (): void => wake();
  drain.addEventListener("abort", onDrain, { once: true });
  let keepAt = 0;
  while (!drain.aborted || running.size > 0) {
    isWoken = false;
    let sleep = errorPause;
    try {
      const onEvent = logOutages(log);
      const outages = {
        outageTimeout: Number.POSITIVE_INFINITY,
        onEvent,
        ...(running.size === 0 && { signal: drain }),
      };
      if (performance.now() >= keepAt) {
        keepAt = performance.now() + (await outlastOutages(keep, outages));
      }
      sleep = Math.min(await outlastOutages(take, outages), keepAt - performance.now());
    } catch (error) {
      if (drain.aborted && error instanceof DatabaseUnavailableError && running.size === 0) {
        break;
      }
      if (!isKnown) {
        throw error;
      }
      log.error(`${reasonOf(error)}; trying again in ${errorPause / 1_000} s`);
      keepAt = 0;
    }
    if (!isWoken && (!drain.aborted || running.size > 0)) {
      await pause(Math.max(0, sleep), undefined, (resolve) => {
        wake = resolve;
      });
    }
  }
  stopHearing();
  drain.removeEventListener("abort", onDrain);
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
