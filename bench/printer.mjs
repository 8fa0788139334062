// node printer.mjs <megabytes> <megabytes a second, or 0 for as fast as it can> <file>: prints lines, and writes to the file how many
// milliseconds that took.
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const [megabytes, speed, file] = process.argv.slice(2);
const piece = Buffer.from(`${"0123456789abcde".repeat(4)}.\n`.repeat(1_000));
const pieces = Math.ceil((Number(megabytes) * 1e6) / piece.length);
const began = performance.now();
for (let number = 1; number <= pieces; number += 1) {
  if (!process.stdout.write(piece)) {
    await once(process.stdout, "drain");
  }
  const ahead = Number(speed) === 0 ? 0 : (number * piece.length) / (Number(speed) * 1e3) - (performance.now() - began);
  if (ahead > 2) {
    await sleep(ahead);
  }
}
writeFileSync(file, String(performance.now() - began));
