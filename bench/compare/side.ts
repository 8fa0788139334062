import { join } from "node:path";
import type { HandOvers } from "../line.js";
import type { History } from "../seed.js";
import type { BenchServer } from "../server.js";

/** One of the two commits, with a database of its own into which its own program has put its schema. */
export interface Side {
  readonly server: BenchServer;
  /** Its command line. */
  readonly program: string;
  seedHistory(history: History): Promise<void>;
  openLine(waiters: number, connections: number): Promise<HandOvers>;
}

/**
 * What knows the inside of a commit comes from that commit: how its schema, its history and a line of its waiters are made.
 * The exports named here keep their names and shapes, so that older commits can be compared. All else is measured by this tree.
 */
interface Modules {
  readonly server: { withSchema<Result>(url: string, act: (server: BenchServer) => Promise<Result>): Promise<Result> };
  readonly seed: { seedHistory(server: BenchServer, history: History): Promise<void> };
  readonly line: { openLine(server: BenchServer, waiters: number, connections: number): Promise<HandOvers> };
}

export async function withSide<Result>(
  tree: string,
  url: string,
  act: (side: Side) => Promise<Result>,
): Promise<Result> {
  const load = (name: string) => import(join(tree, "bench", `${name}.ts`));
  const server: Modules["server"] = await load("server");
  const seed: Modules["seed"] = await load("seed");
  const line: Modules["line"] = await load("line");
  return server.withSchema(url, (bench) =>
    act({
      server: bench,
      program: join(tree, "dist/cli.js"),
      seedHistory: (history) => seed.seedHistory(bench, history),
      openLine: (waiters, connections) => line.openLine(bench, waiters, connections),
    }),
  );
}
