import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, onTestFinished } from "vitest";
import type { DeploymentWithStatus } from "../../src/queue/deployment.js";
import { type BegunCli, beginHere, type CliEnd, type RunningCli, runHere, startCli } from "./cli.js";
import { type TestDatabase, useDatabase } from "./database.js";

type Variables = Readonly<Record<string, string | undefined>>;

export interface CommandLine extends TestDatabase {
  /** Runs the command line on the database to its end, in the process of the test. */
  run(args: readonly string[], variables?: Variables): Promise<CliEnd>;
  /** Begins what waits, in the process of the test, which sees to it that it ends. */
  begin(args: readonly string[], variables?: Variables): BegunCli;
  /** To its end in a process of its own: for what the process itself does, and for what its command prints. */
  runProcess(args: readonly string[], variables?: Variables): Promise<CliEnd>;
  /** Starts the command line on the database as a process of its own. */
  launch(args: readonly string[], variables?: Variables): RunningCli;
  /** Adds an environment; without policies it has no buffer and 15 minutes of patience. */
  environment(policies?: { bufferTime?: string; heartbeatTimeout?: string }): Promise<string>;
  /** A running deployment without a keeper, unless told otherwise. */
  running(
    place: Place,
    options?: { heartbeat?: boolean; concurrencyKey?: string; stopGrace?: number },
  ): Promise<number>;
  row(id: number): Promise<DeploymentWithStatus>;
  /** The transitions of a deployment, in order. */
  events(id: number): Promise<string[]>;
  /** How many rows every table has. */
  counts(): Promise<unknown>;
}

export interface Place {
  readonly environment: string;
  readonly region: string;
  /** The options of start and run for this cell. */
  readonly options: readonly string[];
}

let names = 0;

/** A cell that no other test uses. */
export function newPlace(environment = "dev"): Place {
  const region = `place-${names++}`;
  const location = ["--environment", environment, "--provider", "aws", "--region", region, "--cell-index", "0"];
  return { environment, region, options: [...location, "--component", "api"] };
}

/** The command line on a database of the test file's own. */
export function useCommandLine(): CommandLine {
  const database = useDatabase();
  const { sql, queue, enqueue } = database;
  const variables = { DEPLOY_QUEUE_DATABASE_URL: database.url, DEPLOY_QUEUE_ACTOR: "tester" };
  return {
    ...database,
    run: (args, more) => runHere(args, { ...variables, ...more }),
    begin: (args, more) => beginHere(args, { ...variables, ...more }),
    runProcess: (args, more) => startCli(args, { ...variables, ...more }).end,
    launch: (args, more) => startCli(args, { ...variables, ...more }),
    async environment({ bufferTime = "0", heartbeatTimeout = "15 minutes" } = {}) {
      const environment = `environment-${names++}`;
      await sql`
        insert into deploy_queue.environments (environment, buffer_time, heartbeat_timeout)
        values (${environment}, ${bufferTime}::interval, ${heartbeatTimeout}::interval)`;
      return environment;
    },
    async running({ environment, region }, { heartbeat = false, ...options } = {}) {
      const { id } = await enqueue({ environment, region, component: "holder", heartbeat, ...options });
      await queue.tryStart(id, { heartbeat });
      return id;
    },
    row: (id) => queue.deployment(id),
    async events(id) {
      const rows = await sql<{ kind: string }[]>`
        select kind from deploy_queue.deployment_events where deployment_id = ${id} and to_state is not null order by id`;
      return rows.map(({ kind }) => kind);
    },
    async counts() {
      const [row] = await sql`
        select
          (select count(*) from deploy_queue.deployments) as deployments,
          (select count(*) from deploy_queue.deployment_events) as events,
          (select count(*) from deploy_queue.cells) as cells,
          (select count(*) from deploy_queue.environments) as environments`;
      return row;
    },
  };
}

/** The id that start has printed. */
export async function printedId(cli: BegunCli): Promise<number> {
  return Number((await cli.printed(/^\d+$/m))[0]);
}

/** Waits until the command line has said that the deployment blocks it. */
export async function isBlockedBy(cli: BegunCli, id: number): Promise<void> {
  await cli.printed(new RegExp(`deployment ${id} \\(`));
}

/** A directory that is removed after the tests of the file. */
export function useDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "deploy-queue-files-"));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A file for the outputs of a workflow's step, and what it holds. */
export function stepOutput(directory: string): { path: string; read: () => string } {
  const path = join(directory, `output-${names++}`);
  writeFileSync(path, "");
  return { path, read: () => readFileSync(path, "utf8") };
}

/** A command that prints "ready" and ends well once the gate is opened, at the latest after the test. */
export function gatedCommand(directory: string): { command: readonly string[]; open: () => void } {
  const gate = join(directory, `gate-${names++}`);
  const open = () => {
    if (existsSync(directory)) writeFileSync(gate, "");
  };
  onTestFinished(open);
  return {
    command: ["sh", "-c", 'echo ready; while [ -d "$1" ] && [ ! -e "$0" ]; do sleep 0.05; done', gate, directory],
    open,
  };
}
