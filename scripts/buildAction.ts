import { type BuildOptions, build, type Plugin } from "esbuild";
import { licencesOf } from "./licences.js";

/** graphile-migrate watches files while a person writes a migration. The action only applies migrations. */
const withoutWatching: Plugin = {
  name: "without watching",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^chokidar$/ }, () => ({ path: "chokidar", namespace: "without" }));
    onLoad({ filter: /.*/, namespace: "without" }, () => ({ contents: "" }));
  },
};

/** The action as one file, since GitHub installs nothing. */
export const actionBundle = {
  entryPoints: ["src/action/action.ts"],
  bundle: true,
  format: "cjs",
  platform: "node",
  target: "node20.19",
  // Asked for by packages that do without.
  external: ["pg-native"],
  plugins: [withoutWatching],
  define: { "import.meta.url": "$url" },
  banner: { js: 'const $url = require("node:url").pathToFileURL(__filename).href;' },
  minify: true,
  // An error says its name, which is the name of its class.
  keepNames: true,
  // All licences are in a file beside it.
  legalComments: "none",
  logLevel: "warning",
} satisfies BuildOptions;

/** Both files of the action, by name. The same sources give the same texts on every machine. */
export async function buildAction(): Promise<ReadonlyMap<string, string>> {
  const { outputFiles, metafile } = await build({ ...actionBundle, write: false, metafile: true });
  return new Map([
    ["action.cjs", outputFiles.map(({ text }) => text).join("")],
    ["action.LICENSES.txt", await licencesOf(metafile)],
  ]);
}
