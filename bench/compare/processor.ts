import { readFileSync } from "node:fs";
import type { BenchServer } from "../server.js";

/**
 * Begins to count the milliseconds of processor that sessions of the database take, and returns what tells them. What else the
 * machine does hardly touches them, and they know nothing of waiting, for a lock or the disk. Of a server on
 * another machine or without Linux nothing is known: 0.
 */
export async function processorOf({ sql }: BenchServer): Promise<() => number> {
  const sessions = await sql<{ pid: number }[]>`
    select pid from pg_stat_activity
    where datname = current_database() and backend_type = 'client backend'
      and coalesce(inet_server_addr() <<= any ('{127.0.0.0/8, ::1}'::inet[]), true)`;
  const begun = sessions.map(({ pid }) => ({ pid, before: nanosecondsOf(pid) }));
  return () => begun.reduce((sum, { pid, before }) => sum + Math.max(0, nanosecondsOf(pid) - before), 0) / 1e6;
}

/** How long a process was on the processor, by the scheduler: its first thread. */
export function nanosecondsOf(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ", 1)[0]);
  } catch {
    return 0;
  }
}
