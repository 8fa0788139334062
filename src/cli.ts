#!/usr/bin/env node
import { constants } from "node:os";
import { finished } from "node:stream/promises";
import { version } from "../package.json";

// For the first process of a container, signals do nothing unless it says what. Commands that wait or work say so themselves.
if (process.pid === 1) {
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (process.listenerCount(signal) === 1) {
        process.exit(128 + constants.signals[signal]);
      }
    });
  }
}

// Before anything is loaded: scripts ask for the version often, and it should cost no more than starting Node.js.
if (process.argv.length === 3 && (process.argv[2] === "--version" || process.argv[2] === "-v")) {
  process.stdout.write(`${version}\n`);
} else if (process.argv[2] === "watchdog" && process.send !== undefined) {
  // Only "run" and agents start this, and talk to it.
  const { beWatchdog } = await import("./supervision/watchdog.js");
  beWatchdog(process.argv[3]);
} else {
  const { runCli } = await import("./commandLine/runCli.js");
  // The reader of the output may leave, and a terminal may be closed: a command that is in the middle of something goes on.
  let lost: NodeJS.ErrnoException | undefined;
  let code: number | undefined;
  let isTold = false;
  process.stdout.on("error", (error) => {
    lost ??= error;
    // Another listener gives up because of it, and says so.
    isTold ||= code === undefined && process.stdout.listenerCount("error") > 1;
  });
  let isUnheard = false;
  process.stderr.on("error", () => {
    isUnheard = true;
  });
  code = await runCli(process.argv.slice(2), version);
  if (lost === undefined) {
    await written(process.stdout);
  }
  if (lost !== undefined && lost.code !== "EPIPE" && !isTold) {
    const { reasonOf } = await import("./database/reasons.js");
    process.stderr.write(`deploy-queue: the output could not be written: ${reasonOf(lost)}\n`);
  }
  if (!isUnheard) {
    await written(process.stderr);
  }
  // The exit is explicit, because a connection that is still closing must not keep a finished command alive.
  // A reader that leaves, such as head, has all that it wants.
  process.exit(code === 0 && lost !== undefined && lost.code !== "EPIPE" ? 1 : code);
}

/** Waits until all output has been written, or has failed. */
async function written(stream: NodeJS.WriteStream): Promise<void> {
  if (process.versions["bun"] === undefined) {
    // To end it would shut a socket down for all processes that share it, such as the run around this command.
    await new Promise<void>((resolve) => stream.write("", () => resolve()));
  } else {
    // Bun answers an empty write before the ones in front of it.
    stream.end();
    await finished(stream, { readable: false }).catch(() => undefined);
  }
}
