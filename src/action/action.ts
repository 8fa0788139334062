// The one bundle of the action: the main step, the post step, and the processes that the main step starts.
import { beWatchdog } from "../supervision/watchdog.js";
import { describeError } from "../text/describeError.js";
import { sendHeartbeats } from "./heartbeatProcess.js";
import { run as main } from "./main.js";
import { run as post } from "./post.js";

const [, , name = "", argument] = process.argv;

if (name === "watchdog") {
  beWatchdog(argument);
} else {
  const part = name === "heartbeats" ? sendHeartbeats : name === "post" ? post : main;
  part()
    .catch((error: unknown) => {
      process.stderr.write(`${describeError(error)}\n`);
      process.exitCode = 1;
    })
    .finally(() => {
      // A connection that is still closing must not keep a finished step alive.
      setTimeout(() => process.exit(), 200).unref();
    });
}
