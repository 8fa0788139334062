import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { type CliEnd, type RunningCli, runCli, startCli } from "../support/cli.js";

/** In seconds: about as long as a fail-over takes. */
export const briefLease = 15;

/** A cell whose judge is a lock of the kernel, and what its commands have noted. */
export class JudgedCell {
  readonly #options: readonly string[];
  readonly #lock: string;

  constructor(directory: string, environment: string, index: number) {
    const cell = ["--provider", "aws", "--region", "r", "--cell-index", String(index)];
    this.#options = ["--environment", environment, ...cell, "--component", "api"];
    this.#lock = join(directory, `${environment}-${index}`);
  }

  /** The ids whose command has found the lock taken, has begun, or has ended. */
  noted(what: "taken" | "begun" | "ended"): string[] {
    return readFileSync(`${this.#lock}.${what}`, { encoding: "utf8", flag: "a+" }).split("\n").filter(Boolean);
  }

  /** `rest` is what its command does while it holds the lock. */
  run(url: string, rest: string, ...more: readonly string[]): RunningCli {
    const command = [...more, "--", "sh", "-c", judged(rest), this.#lock];
    return startCli(["run", ...this.#options, "--grace-period", "1s", ...command], at(url));
  }

  /** The same by start and finish, without heartbeats. Returns the end of what has failed, or of the finish. */
  async startAndFinish(url: string, rest: string): Promise<CliEnd> {
    const started = await runCli(["start", ...this.#options], at(url));
    if (started.code !== 0) return started;
    const id = started.stdout.trim();
    const env = { PATH: process.env["PATH"], DEPLOY_QUEUE_DEPLOYMENT_ID: id };
    await new Promise((ended) => execFile("sh", ["-c", judged(rest), this.#lock], { env }, ended));
    for (;;) {
      const finished = await runCli(["finish", id], at(url));
      if (!metStandby(finished.stderr)) return finished;
    }
  }
}

/** The lock is tried once: flock(1) does not wait with -n. */
function judged(rest: string): string {
  const note = (what: string): string => `echo "$DEPLOY_QUEUE_DEPLOYMENT_ID" >>"$0.${what}"`;
  return `exec 9>"$0"; flock -n 9 || ${note("taken")}; ${note("begun")}; echo ready; ${rest}; ${note("ended")}`;
}

const work = "sleep 0.7";

function at(url: string): Record<string, string> {
  return { DEPLOY_QUEUE_DATABASE_URL: url };
}

/** Deployments one after the other in several cells, until they are told to end. */
export class Traffic {
  readonly cells: readonly JudgedCell[];
  readonly #clients: readonly Promise<void>[];
  readonly #running = new Set<RunningCli>();
  readonly #asked = new Set<string>();
  #isOver = false;

  /** @param urls ways to the same database */
  constructor(directory: string, urls: readonly [string, string]) {
    const patient = new JudgedCell(directory, "patient", 0);
    const byHand = new JudgedCell(directory, "patient", 1);
    const brief = new JudgedCell(directory, "brief", 0);
    this.cells = [patient, byHand, brief];
    this.#clients = [
      ...urls.flatMap((url) => [
        this.#goOn(() => this.#run(patient, url)),
        this.#goOn(() => this.#startAndFinish(byHand, url)),
        this.#goOn(() => this.#runBriefly(brief, url)),
      ]),
      this.#goOn(() => this.#cancelOne(urls[0])),
    ];
  }

  /** Ends with the deployments that have begun. Rejects when one did not end as it should. */
  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#clients);
  }

  #goOn(deploy: () => Promise<void>): Promise<void> {
    const going = (async () => {
      while (!this.#isOver) await deploy();
    })();
    // It is told at the end.
    going.catch(() => undefined);
    return going;
  }

  /** Works once, unless it is cancelled. */
  async #run(cell: JudgedCell, url: string): Promise<void> {
    const cli = cell.run(url, work);
    this.#running.add(cli);
    const { code, stderr } = await cli.end;
    this.#running.delete(cli);
    const id = idOf(cli) ?? "";
    const begun = cell.noted("begun").filter((one) => one === id).length;
    if (metStandby(stderr)) {
      expect(begun, stderr).toBe(0);
    } else if (this.#asked.has(id) && code === 5) {
      expect(begun, stderr).toBeLessThanOrEqual(1);
    } else {
      expect(code, stderr).toBe(0);
      expect(begun, stderr).toBe(1);
      expect(cell.noted("ended"), stderr).toContain(id);
    }
  }

  /** Its lease may be over before the fail-over is. */
  async #runBriefly(cell: JudgedCell, url: string): Promise<void> {
    const { code, stderr } = await cell.run(url, work).end;
    expect([0, 5, 7], stderr).toContain(code);
  }

  async #startAndFinish(cell: JudgedCell, url: string): Promise<void> {
    const { code, stderr } = await cell.startAndFinish(url, work);
    if (!metStandby(stderr)) expect(code, stderr).toBe(0);
  }

  async #cancelOne(url: string): Promise<void> {
    await sleep(2_000);
    const id = [...this.#running].map(idOf).find((one) => one !== undefined);
    if (id === undefined) return;
    this.#asked.add(id);
    const { code, stderr } = await runCli(["cancel", "deployment", id], at(url));
    // It may have ended meanwhile.
    expect(metStandby(stderr) ? [7] : [0, 4], stderr).toContain(code);
  }
}

/** A load balancer that has not noticed yet sends a first contact to the former leader, which is told at once: nothing has begun. */
function metStandby(stderr: string): boolean {
  return /is a standby, which takes no writes/.test(stderr) && !/entered the line/.test(stderr);
}

export function idOf(cli: RunningCli): string | undefined {
  return /deployment (\d+) /.exec(cli.stderr())?.[1];
}
