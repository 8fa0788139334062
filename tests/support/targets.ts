import type { Target } from "../../src/queue/calls/work.js";

let targets = 0;

/** A target with a cell of its own. */
export function newTarget(more: Partial<Target> = {}): Target {
  const name = `app-${targets++}`;
  return {
    ...{ target: name, environment: "dev", cloud_provider: "aws", region: name, cell_index: 0, component: name },
    ...{ directories: [`/var/www/${name}`], refs: [] },
    ...more,
  };
}
