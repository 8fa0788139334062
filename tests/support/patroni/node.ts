import type { ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import postgres from "postgres";
import { childrenOf, signalAll } from "../processes.js";
import type { Proxy as FaultyProxy } from "../proxy.js";

export interface Followers {
  readonly all: number;
  readonly synchronous: number;
}

/** One server of a cluster, with the Patroni that keeps it. */
export class ClusterNode {
  readonly name: string;
  readonly url: string;
  /** Of its Patroni. */
  readonly #api: string;
  /** Its way to etcd, and the way of the other nodes to it. */
  readonly #ways: readonly FaultyProxy[];
  readonly #postmaster: string;
  readonly #start: () => Promise<ChildProcess>;
  #patroni: ChildProcess | undefined;
  #paused: readonly number[] = [];

  constructor(
    at: { readonly name: string; readonly url: string; readonly api: string; readonly data: string },
    ways: readonly FaultyProxy[],
    start: () => Promise<ChildProcess>,
  ) {
    this.name = at.name;
    this.url = at.url;
    this.#api = at.api;
    this.#ways = ways;
    this.#postmaster = join(at.data, "postmaster.pid");
    this.#start = start;
  }

  async start(): Promise<void> {
    this.#patroni = await this.#start();
  }

  /** As when its machine dies. */
  kill(): void {
    signalAll(this.#processes(), "SIGKILL");
  }

  /** As when its machine sleeps. */
  pause(): void {
    this.#paused = this.#processes();
    signalAll(this.#paused, "SIGSTOP");
  }

  resume(): void {
    signalAll(this.#paused, "SIGCONT");
  }

  /** As when its network fails, but for clients and standbys. A leader that the others could still ask may be ahead of all, and none takes over. */
  isolate(): void {
    for (const way of this.#ways) way.refuse();
  }

  rejoin(): void {
    for (const way of this.#ways) way.recover();
  }

  /** How many servers follow this one; undefined when it does not answer, or follows itself. */
  async followers(): Promise<Followers | undefined> {
    const [row] = await this.query<Followers>(`
      select count(*)::integer as all, count(*) filter (where sync_state in ('sync', 'quorum'))::integer as synchronous
      from pg_stat_replication where state = 'streaming' having not pg_is_in_recovery()`);
    return row;
  }

  /** Whether etcd has the name of one that may take over; the server itself has a synchronous follower some seconds before. */
  async hasHeir(): Promise<boolean> {
    try {
      const answer = await fetch(`${this.#api}/cluster`, { signal: AbortSignal.timeout(2_000) });
      const { members } = (await answer.json()) as { members: readonly { readonly role: string }[] };
      return members.some(({ role }) => role === "sync_standby");
    } catch {
      return false;
    }
  }

  /** On a connection of its own; without rows when the server does not answer. */
  async query<Row extends object>(statement: string): Promise<Row[]> {
    const sql = postgres(this.url, { max: 1, connect_timeout: 2, fetch_types: false, onnotice: () => undefined });
    try {
      return await sql.unsafe<Row[]>(statement);
    } catch {
      return [];
    } finally {
      await sql.end({ timeout: 0 });
    }
  }

  /** Patroni first, so that it does not see the others go. */
  #processes(): number[] {
    const server = existsSync(this.#postmaster) ? [Number(readFileSync(this.#postmaster, "utf8").split("\n")[0])] : [];
    return [this.#patroni?.pid ?? 0, ...server.flatMap((pid) => [pid, ...childrenOf(pid)])].filter((pid) => pid > 0);
  }
}
