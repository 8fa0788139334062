import { fork, type StdioOptions } from "node:child_process";
import { randomUUID } from "node:crypto";
import { Writable } from "node:stream";
import { setImmediate as nextRound } from "node:timers/promises";
import type { ChildEnd } from "../processes/childProcess.js";
import { groupOfMarked, ProcessGroup } from "../processes/processGroup.js";
import { pause } from "../queue/pause.js";
import { startTimer } from "../queue/timer.js";
import { isStandalone } from "../standalone.js";
import { type Expectation, expectationArgument, type News, type Order, type StartOrder } from "./watchdog.js";

/** When it returns a promise, no more is read of the stream until that has settled. */
export type OutputListener = (stream: "stdout" | "stderr", bytes: Buffer) => Promise<void> | undefined | void;

/** The commands of a run under a watchdog, which ends them when this process cannot. */
export interface GuardedCommand {
  /**
   * Starts the next command, once the one before has ended.
   * @returns how it has ended, when no process of its group is left
   */
  start(work: Omit<StartOrder, "order">): Promise<ChildEnd>;
  /** Sends the signal to all of the group, and SIGKILL after so many milliseconds. */
  stop(signal: NodeJS.Signals, grace: number): void;
  /** Lets the command go on for so many milliseconds from now, if this process is not heard of again; then it has the grace period. */
  goOn(left: number, grace: number): void;
  /** Ends the watchdog, when the end of the work is told or there was none. */
  dismiss(): void;
}

const markVariable = "DEPLOY_QUEUE_GUARD";

/** How much longer than the grace period a watchdog may take to end the command, in milliseconds. */
const patience = 2_000;

/** For how long a command is looked for whose start the watchdog could not tell any more, in milliseconds. */
const longestSearch = 500;
const searchInterval = 20;

/**
 * Starts the watchdog, which takes as long as Node.js takes to start: do it before the turn comes.
 * @param onLinger told when the command has exited and other processes of its group have not
 * @param onOutput told what the commands print; without it, they have the streams of this process
 * @param stdin of the commands, when onOutput is told what they print
 * @param expected how the deployment ends when this process is gone before the first command
 */
export function guardCommand(
  onLinger: () => void,
  onOutput?: OutputListener,
  stdin: "ignore" | "inherit" = "ignore",
  expected?: Expectation,
): GuardedCommand {
  // This program once more: an executable by itself, else Node.js with its file.
  const [file = "", ...args] = [...(isStandalone ? [] : process.argv.slice(1, 2)), "watchdog"];
  const streams: StdioOptions =
    onOutput === undefined ? ["inherit", "inherit", "inherit", "ipc"] : [stdin, "pipe", "pipe", "ipc"];
  const watchdog = fork(file, expected === undefined ? args : [...args, expectationArgument], {
    detached: true,
    stdio: expected === undefined ? streams : [...streams, "pipe"],
  });
  const expectation = watchdog.stdio[4];
  if (expectation instanceof Writable) {
    // The watchdog may have ended.
    expectation.on("error", () => undefined).end(JSON.stringify(expected));
  }
  let chunks = 0;
  let hasEnded = false;
  for (const name of ["stdout", "stderr"] as const) {
    const stream = watchdog[name];
    stream?.on("data", (bytes: Buffer) => {
      chunks += 1;
      const passed = onOutput?.(name, bytes);
      if (passed instanceof Promise && !hasEnded) {
        stream.pause();
        void passed.finally(() => stream.resume());
      }
    });
  }
  const tell = (order: Order): void => {
    if (watchdog.connected) {
      // Without a callback, a message that fails would end this process.
      watchdog.send(order, () => undefined);
    }
  };
  /** The end of a command is told on another way than its output: what it has printed is read when a round of the loop brings no more. */
  const allHeard = async (): Promise<void> => {
    // There is little left. The cell is not to wait for a terminal that takes no output.
    hasEnded = true;
    watchdog.stdout?.resume();
    watchdog.stderr?.resume();
    for (let before = -1; before !== chunks; ) {
      before = chunks;
      await nextRound();
      await nextRound();
    }
  };
  let group: ProcessGroup | undefined;
  let askedGrace = 0;
  let stopTimer: (() => void) | undefined;
  /** Ends the wait for the command that runs; undefined while none does. */
  let settle: ((end: ChildEnd) => void) | undefined;
  let isGone = false;
  /** What only the command that runs, and what it has started, have in their environment. */
  let mark = "";
  watchdog.on("message", (message: News) => {
    switch (message.news) {
      case "started":
        group = new ProcessGroup(message.group);
        return;
      case "lingers":
        return onLinger();
      case "ended":
        group = undefined;
        return settle?.(message.end);
    }
  });
  const onGone = async (): Promise<void> => {
    isGone = true;
    const until = performance.now() + longestSearch;
    while (group === undefined && settle !== undefined && performance.now() < until) {
      // It may have been killed between the start of the command and the news of that.
      group = groupOfMarked(`${markVariable}=${mark}`);
      await pause(searchInterval);
    }
    if (group === undefined) {
      settle?.({ exitCode: 126, description: "could not be started: its watchdog has ended" });
      return;
    }
    group.stop("SIGTERM", askedGrace);
    await group.ended();
    settle?.({ exitCode: 137, description: "was ended, since its watchdog had ended" });
  };
  watchdog.once("error", () => void onGone());
  watchdog.once("disconnect", () => void onGone());
  return {
    async start(work) {
      askedGrace = work.grace;
      hasEnded = false;
      const ended = new Promise<ChildEnd>((resolve) => {
        settle = resolve;
      });
      mark = randomUUID();
      tell({ order: "start", ...work, environment: { ...work.environment, [markVariable]: mark } });
      if (isGone) {
        await onGone();
      }
      const childEnd = await ended;
      settle = undefined;
      stopTimer?.();
      stopTimer = undefined;
      if (onOutput !== undefined) {
        await allHeard();
      }
      return childEnd;
    },
    stop(signal, grace) {
      if (settle === undefined) {
        return;
      }
      tell({ order: "stop", signal, grace });
      stopTimer ??= startTimer(grace + patience, () => {
        askedGrace = 0;
        watchdog.kill("SIGKILL");
      });
    },
    goOn(left, grace) {
      if (Number.isFinite(left)) {
        tell({ order: "go-on", left, until: Date.now() + left, grace });
      }
    },
    dismiss() {
      tell({ order: "leave" });
    },
  };
}
