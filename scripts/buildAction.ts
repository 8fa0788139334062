import { type BuildOptions, build } from "esbuild";

/** The action as one file, since GitHub installs nothing. */
export const actionBundle = {
  entryPoints: ["src/action/action.ts"],
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
} satisfies BuildOptions;

/** The same sources give the same text on every machine. */
export async function buildAction(): Promise<string> {
  const { outputFiles } = await build({ ...actionBundle, write: false });
  return outputFiles.map(({ text }) => text).join("");
}
