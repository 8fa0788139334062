import { adopt } from "./adopt.js";
import { cli } from "./cli.js";
import { handoff } from "./handoff.js";
import { herd } from "./herd.js";
import { history } from "./history.js";
import { http } from "./http.js";
import { idle } from "./idle.js";
import { logs } from "./logs.js";
import { program } from "./program.js";
import { prune } from "./prune.js";
import { sequences } from "./sequences.js";
import type { BenchServer } from "./server.js";
import { streams } from "./streams.js";
import type { BenchOptions, Figure } from "./support.js";
import { throughput } from "./throughput.js";
import { views } from "./views.js";
import { webhooks } from "./webhooks.js";

export interface Benchmark {
  readonly measure: (server: BenchServer, options: BenchOptions) => Promise<Figure[]>;
  /** What its figures mean, where a line has no room for that. */
  readonly about: string;
}

export const benchmarks: Readonly<Record<string, Benchmark>> = {
  handoff: {
    measure: handoff,
    about: "From finish sent to the next start seen by its waiter, except where a line says otherwise.",
  },
  idle: { measure: idle, about: "One `start` process that waits, seen from a proxy between it and the server." },
  herd: { measure: herd, about: "A line that is drained by 200 connections." },
  program: { measure: program, about: "A line whose waiters are all in one program, which has one connection." },
  cli: { measure: cli, about: "From the start of a process to its end." },
  history: { measure: history, about: "A call of the library, from sent to answered; the sizes in turns." },
  http: { measure: http, about: "Of rounds in turns, in brackets the least and the most." },
  streams: {
    measure: streams,
    about: "Waiters over HTTP in 600 cells, on one server, from processes of their own.",
  },
  logs: { measure: logs, about: "From the first byte to the last one, in the command; output goes to /dev/null." },
  throughput: {
    measure: throughput,
    about: "Enqueue, start and finish; the median of rounds in turns, in brackets the least and the most.",
  },
  sequences: {
    measure: sequences,
    about: "One client that enters with run numbers; the median of rounds in turns, each in a cell of its own.",
  },
  views: {
    measure: views,
    about:
      "Planning and execution in the server (EXPLAIN ANALYZE); writing the rows out and transferring them are not part of it.",
  },
  prune: { measure: prune, about: "From finish sent to the next start seen by its waiter, while history is removed." },
  webhooks: {
    measure: webhooks,
    about: "Processor of the server a deployment, of one session; the median of rounds in turns.",
  },
  adopt: { measure: adopt, about: "Once each." },
};
