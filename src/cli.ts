#!/usr/bin/env node
import { version } from "../package.json";

// Before anything is loaded: scripts ask for the version often, and it should cost no more than starting Node.js.
if (process.argv.length === 3 && (process.argv[2] === "--version" || process.argv[2] === "-v")) {
  process.stdout.write(`${version}\n`);
} else {
  const { runCli } = await import("./commands/runCli.js");
  // Who reads the output may leave, and a terminal may be closed: that is no reason to fall over in the middle of something.
  let unread = false;
  process.stdout.on("error", () => {
    unread = true;
  });
  process.stderr.on("error", () => undefined);
  const code = await runCli(process.argv.slice(2), version);
  // Explicitly, because a connection that is still closing must not keep a finished command alive.
  process.exit(code === 0 && unread ? 1 : code);
}
