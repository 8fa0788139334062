// One benchmark in a process of its own, started by run.ts: neither what another left in memory nor its crash is seen here.
import { benchmarks } from "./benchmarks.js";
import { withSchema } from "./server.js";

const [name = "", url = "", ...flags] = process.argv.slice(2);
// Not left behind when the one who started it is killed.
process.once("disconnect", () => process.exit(1));
try {
  const figures = await withSchema(url, async (server) =>
    benchmarks[name]?.measure(server, { large: flags.includes("--large") }),
  );
  process.send?.(figures, undefined, undefined, () => process.exit());
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exit(1);
}
