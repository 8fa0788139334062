import { build } from "esbuild";

/** The action as one file, since GitHub installs nothing. The same sources give the same file on every machine. */
export async function buildAction(outfile: string): Promise<void> {
  await build({
    entryPoints: ["src/action/action.ts"],
    outfile,
    bundle: true,
    format: "cjs",
    platform: "node",
    target: "node20.19",
    // Asked for by packages that do without.
    external: ["pg-native", "fsevents"],
    define: { "import.meta.url": "$url" },
    banner: { js: 'const $url = require("node:url").pathToFileURL(__filename).href;' },
    legalComments: "none",
    logLevel: "warning",
  });
}
