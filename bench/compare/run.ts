// npm run bench:compare -- <commit> [<commit>] [name…] [--large]: two commits against each other, in turns, on one server.
import { join } from "node:path";
import { alone, interruption } from "../alone.js";
import { machineFacts, withDatabase, withServer } from "../server.js";
import { comparisons } from "./comparisons.js";
import { build, checkOut } from "./trees.js";
import { type Pairs, verdictTable } from "./verdict.js";

const given = process.argv.slice(2);
const flags = given.filter((argument) => argument === "--large");
const words = given.filter((argument) => argument !== "--large");
const names = words.filter((word) => Object.hasOwn(comparisons, word));
const commits = words.filter((word) => !names.includes(word));
if (commits.length < 1 || commits.length > 2 || commits.some((commit) => commit.startsWith("-"))) {
  process.stderr.write(
    `usage: npm run bench:compare -- <commit> [<commit>, by default the files as they are] [${Object.keys(comparisons).join(" | ")}]… [--large]\n`,
  );
  process.exit(2);
}

const interrupted = interruption();
const here = join(import.meta.dirname, "../..");
const [before = "", after] = commits;
try {
  const trees = [await checkOut(before, interrupted), after === undefined ? here : await checkOut(after, interrupted)];
  for (const tree of trees) await build(tree, interrupted);
  await withServer(async (url, description) => {
    for (const [key, value] of Object.entries(await machineFacts(url, description))) {
      process.stdout.write(`${key}: ${value}\n`);
    }
    for (const name of names.length > 0 ? names : Object.keys(comparisons)) {
      process.stdout.write(`\n${name}, ${before} (A) and ${after ?? "the files as they are"} (B):\n\n`);
      const pairs = await withDatabase(url, `${name}_a`, (a) =>
        withDatabase(url, `${name}_b`, (b) =>
          alone<Pairs[]>(join(import.meta.dirname, "one.ts"), [name, ...trees, a, b, ...flags], interrupted),
        ),
      );
      process.stdout.write(`${verdictTable(pairs)}\n`);
    }
  });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
}
process.exit();
