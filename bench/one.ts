// One benchmark in a process of its own, started by run.ts.
import { answer } from "./alone.js";
import { benchmarks } from "./benchmarks.js";
import { withSchema } from "./server.js";

const [name = "", url = "", ...flags] = process.argv.slice(2);
const options = { large: flags.includes("--large"), thorough: flags.includes("--thorough") };
await answer(() => withSchema(url, async (server) => benchmarks[name]?.measure(server, options)));
