import { closeSync, openSync, readFileSync } from "node:fs";
import { devNull } from "node:os";
import { type ChildEnd, startChild } from "../processes/childProcess.js";
import type { ProcessGroup } from "../processes/processGroup.js";
import { oneLine } from "../queue/oneLine.js";
import type { Contact } from "./tellForKeeper.js";

/** The command itself; a check of what it deployed; what is to undo that when the command or the check has failed. */
export type Part = "command" | "check" | "rollback";

export interface StartOrder {
  readonly order: "start";
  readonly part: Part;
  /** In a note, such as "the command". */
  readonly name: string;
  /** Why the deployment fails when its keeper is gone after this part has succeeded, or after the rollback; undefined: it has finished. */
  readonly failure: string | undefined;
  readonly command: readonly string[];
  /** Of the command. */
  readonly environment: NodeJS.ProcessEnv;
  /** Where it runs; that of the keeper when undefined. */
  readonly directory?: string | undefined;
  readonly deploymentId: number;
  /** For the end of the work, which the watchdog tells when the keeper cannot. */
  readonly contact: Contact;
  /** Milliseconds that what outlives the command has to end by itself, and everything when the keeper is gone. */
  readonly grace: number;
}

/** The deployment has started, and its first command has not: how that ends when the keeper is gone before. */
export interface Expectation {
  readonly deploymentId: number;
  readonly contact: Contact;
  readonly failure: string;
}

/**
 * With this argument, the watchdog reads an expectation from a pipe of its own: messages that come before it listens are lost when its
 * keeper is gone by then.
 */
export const expectationArgument = "expecting";
const expectationPipe = 4;

/** What the keeper tells its watchdog. Durations are in milliseconds. */
export type Order =
  | StartOrder
  | { readonly order: "stop"; readonly signal: NodeJS.Signals; readonly grace: number }
  /** The keeper lives, and the command may go on for so long: by this clock and by the wall clock, whichever is over first. */
  | { readonly order: "go-on"; readonly left: number; readonly until: number; readonly grace: number }
  /** The keeper needs no watchdog any more: it has told the end of the work, or there was none. */
  | { readonly order: "leave" };

/** What the watchdog tells its keeper. */
export type News =
  | { readonly news: "started"; readonly group: number }
  /** The command has exited, and processes of its group have not. */
  | { readonly news: "lingers" }
  | { readonly news: "ended"; readonly end: ChildEnd };

/** How often to look at the clocks at least, in milliseconds: a timer stands still while the machine sleeps. */
const longestLook = 1_000;
/** After how many milliseconds the keeper hears of processes that outlive the command. */
const lingering = 1_000;

/** What a process of this program becomes that guardCommand() has started. */
export function beWatchdog(argument: string | undefined): void {
  // The keeper may be gone. Without a callback, the failed message would end this process.
  const tell = (news: News): void => void process.send?.(news, undefined, undefined, () => undefined);
  guard(tell, argument === expectationArgument);
}

/**
 * Guards the commands of a keeper, one after the other, in a process of its own: starts each, and ends it with its whole process group when the keeper is gone, or
 * has been silent for too long because it is suspended. A keeper that is gone tells no end of the work, so the watchdog tells it then.
 */
function guard(tell: (news: News) => void, isExpecting: boolean): void {
  let group: ProcessGroup | undefined;
  let grace = 0;
  let timer: NodeJS.Timeout | undefined;
  /** Tells the end of the work in place of the keeper; undefined before that. */
  let tellEnd: (() => Promise<void>) | undefined;
  const expected = isExpecting ? readExpectation() : undefined;
  if (expected !== undefined) {
    tellEnd = () => tellOutcome(expected.contact, expected.deploymentId, expected.failure);
  }
  let wasStopped = false;
  /** Whether the time of the keeper is over: what it starts now is ended at once. */
  let isOver = false;
  const stop = (): void => group?.stop("SIGTERM", grace);

  const leave = async (): Promise<void> => {
    if (tellEnd !== undefined) {
      letGoOfOutput();
      await tellEnd().catch(() => undefined);
    }
    process.exit(0);
  };

  const start = async (work: StartOrder): Promise<void> => {
    const { part, command, environment, directory, deploymentId, contact } = work;
    tellEnd = undefined;
    wasStopped = false;
    const started = startChild(command, environment, { keepsOutput: part === "check", directory });
    group = started.group;
    if (group !== undefined) {
      tell({ news: "started", group: group.id });
    }
    if (isOver) {
      stop();
    }
    const end = await started.end;
    const failure = failureOf(work, end, wasStopped);
    let told = false;
    // What outlives the command has the grace period to end by itself, as the tee of a script does.
    await group?.ended((elapsed) => {
      if (!told && elapsed > lingering) {
        told = true;
        tell({ news: "lingers" });
      }
      if (group?.stopped === false && elapsed > grace) {
        stop();
      }
    });
    group = undefined;
    tellEnd = () => tellOutcome(contact, deploymentId, failure);
    if (process.connected) {
      tell({ news: "ended", end });
    } else {
      await leave();
    }
  };

  const goOn = (left: number, until: number): void => {
    clearTimeout(timer);
    isOver = false;
    const since = performance.now();
    const look = (): void => {
      const rest = Math.min(left - (performance.now() - since), until - Date.now());
      if (rest <= 0) {
        isOver = true;
        stop();
      } else {
        timer = setTimeout(look, Math.min(rest, longestLook));
      }
    };
    look();
  };

  process.on("message", (order: Order) => {
    switch (order.order) {
      case "leave":
        return process.exit(0);
      case "stop":
        wasStopped = true;
        return group?.stop(order.signal, order.grace);
      case "start":
        grace = order.grace;
        return void start(order);
      case "go-on":
        grace = order.grace;
        return goOn(order.left, order.until);
    }
  });
  let isAlone = false;
  const onDisconnect = (): void => {
    if (isAlone) {
      return;
    }
    isAlone = true;
    if (group === undefined) {
      void leave();
    } else {
      wasStopped = true;
      stop();
    }
  };
  process.on("disconnect", onDisconnect);
  // The keeper may have been killed before this was listened for; what it has sent by then comes first.
  setImmediate(() => process.connected || onDisconnect());
  // It outlives what ends others. A command that signals its parent means the keeper.
  const keeper = process.ppid;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const) {
    process.on(signal, () => process.ppid === keeper && process.kill(keeper, signal));
  }
  process.on("SIGTSTP", () => undefined);
}

/** @returns undefined when the keeper was gone before it had written any */
function readExpectation(): Expectation | undefined {
  const written = readFileSync(expectationPipe, "utf8");
  closeSync(expectationPipe);
  return written === "" ? undefined : JSON.parse(written);
}

async function tellOutcome(contact: Contact, deploymentId: number, failure: string | undefined): Promise<void> {
  // Loaded here, because few watchdogs need it.
  const { tellForKeeper } = await import("./tellForKeeper.js");
  await tellForKeeper(contact, deploymentId, failure);
}

/** What reads the output of the keeper must not wait while this process, which prints nothing, tries to reach the database. */
function letGoOfOutput(): void {
  for (const descriptor of [0, 1, 2]) {
    closeSync(descriptor);
    // It takes the lowest number that is free.
    openSync(devNull, "r+");
  }
}

/** Why the deployment fails when its keeper is gone by now. */
function failureOf(
  { part, name, failure }: StartOrder,
  { exitCode, description }: ChildEnd,
  wasStopped: boolean,
): string | undefined {
  if (part === "rollback") {
    return failure;
  }
  if (wasStopped) {
    return `${name} was ended, since the process that kept it was gone`;
  }
  return exitCode === 0 ? failure : oneLine(`${name} ${description}`);
}
