import { build } from "esbuild";

/** The action as one file, since GitHub installs nothing. The same sources give the same text on every machine. */
export async function buildAction(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: ["src/action/action.ts"],
    write: false,
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
  return outputFiles.map(({ text }) => text).join("");
}
