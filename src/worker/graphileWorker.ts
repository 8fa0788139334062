import { createRequire } from "node:module";

/**
 * graphile-worker. When it is loaded, it looks for a configuration in the working directory and all above it, and executes what it
 * finds. Here it finds none: nothing of ours runs what lies where it happens to stand.
 */
export const graphileWorker = loadWithoutConfiguration();

function loadWithoutConfiguration(): typeof import("graphile-worker") {
  const requireHere = createRequire(import.meta.url);
  const requireThere = createRequire(requireHere.resolve("graphile-worker"));
  const configuration: { cosmiconfigSync: unknown } = requireThere("cosmiconfig");
  const { cosmiconfigSync } = configuration;
  configuration.cosmiconfigSync = () => ({ search: () => null });
  try {
    return requireHere("graphile-worker");
  } finally {
    configuration.cosmiconfigSync = cosmiconfigSync;
  }
}
