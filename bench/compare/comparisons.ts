import { openCommands } from "../cli.js";
import { openProcesses } from "../handoff.js";
import type { HandOvers } from "../line.js";
import { type Opened, type Rounds, time } from "../support.js";
import { openClients, ways } from "../throughput.js";
import { cells, planAndExecution, reads, seedPresent } from "../views.js";
import type { Side } from "./side.js";

/** Something that both sides do, measured in milliseconds. */
export interface Subject {
  readonly what: string;
  readonly rounds: Rounds;
  /** Its sessions last from turn to turn, so that their share of the processor can be told. */
  readonly keepsSessions: boolean;
  open(side: Side): Promise<Opened>;
}

export interface Comparison {
  /** Before anything is measured: puts so many finished deployments there. */
  readonly prepare?: (side: Side, rows: number) => Promise<void>;
  readonly subjects: readonly Subject[];
}

const commandRounds = { warmUps: 2, counted: 40 };

export const comparisons: Readonly<Record<string, Comparison>> = {
  throughput: {
    prepare: (side, rows) => side.seedHistory({ rows, cells }),
    subjects: [
      { clients: 1, cells },
      { clients: 4, cells },
      { clients: 16, cells },
      { clients: 4, cells: 1 },
    ].flatMap((size) =>
      Object.entries(ways).map(([how, cycle]) => ({
        what: `a deployment ${how}; clients: ${size.clients}, cells: ${size.cells}`,
        // Many short turns: what else the machine does lasts longer, and falls on neighbours alike.
        rounds: { warmUps: 5, counted: 80 },
        keepsSessions: true,
        async open({ server }: Side) {
          const enough = (_: number, cycles: number): boolean => cycles >= 64;
          const { measure, close } = openClients(server.url, { ...size, enough }, cycle);
          return { measure: async () => 1000 / (await measure()), close };
        },
      })),
    ),
  },
  handoff: {
    subjects: [
      ...[[1, 1] as const, [200, 1] as const, [50, 50] as const, [200, 200] as const].map(([waiters, connections]) => ({
        what: `${waiters} waiting, ${connections} connections`,
        rounds: { warmUps: 20, counted: 200 },
        keepsSessions: true,
        open: async (side: Side) => handingOver(await side.openLine(waiters, connections)),
      })),
      {
        what: "`finish` process → `start` process",
        rounds: { warmUps: 2, counted: 30 },
        keepsSessions: false,
        open: async ({ server, program }) => handingOver(await openProcesses(server, program)),
      },
    ],
  },
  views: {
    async prepare(side, rows) {
      await side.seedHistory({ rows, cells, environment: "prod" });
      await seedPresent(side.server);
    },
    subjects: reads.map(({ what, sql }) => ({
      what,
      rounds: { warmUps: 2, counted: 50 },
      keepsSessions: true,
      open: async ({ server }) => ({
        measure: () => planAndExecution(server.sql, sql),
        close: async () => undefined,
      }),
    })),
  },
  cli: {
    subjects: [
      command("--version", ({ version }) => version),
      command("info", ({ start, info }) => {
        const id = start();
        return () => info(id);
      }),
      command("start in a free cell", ({ start }) => start),
      command("finish", ({ start, finish }) => {
        const running = Array.from({ length: commandRounds.warmUps + commandRounds.counted }, start);
        return () => finish(running.pop() ?? "");
      }),
    ],
  },
};

function handingOver({ handOver, close }: HandOvers): Opened {
  return { measure: handOver, close };
}

/** One command of each side, from the start of its process to its end. */
function command(what: string, prepare: (commands: ReturnType<typeof openCommands>) => () => unknown): Subject {
  return {
    what,
    rounds: commandRounds,
    keepsSessions: false,
    async open({ server, program }) {
      const act = prepare(openCommands(server.url, program, what));
      return { measure: () => time(act), close: async () => undefined };
    },
  };
}
