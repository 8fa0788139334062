#!/usr/bin/env node
import { existsSync } from "node:fs";

const program = new URL("../dist/cli.js", import.meta.url);
if (existsSync(program)) {
  await import(program);
} else {
  process.stderr.write(
    `deploy-queue: it is not built, as after an installation with --ignore-scripts. Run "npm ci && npm run build" in ${new URL("..", import.meta.url).pathname}\n`,
  );
  process.exitCode = 1;
}
