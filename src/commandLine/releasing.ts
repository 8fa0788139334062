import { randomUUID } from "node:crypto";
import type { LeveledLog } from "../display/log.js";
import { logOutages } from "../display/outages.js";
import { whyNotStartable } from "../processes/childProcess.js";
import type { StagedDeployment } from "../queue/calls/holds.js";
import type { Deployment } from "../queue/deployment.js";
import { DeployQueueError, RefusedError } from "../queue/errors.js";
import { outlastOutages } from "../queue/outage.js";
import type { LogChoice } from "../supervision/commandLog.js";
import type { WorkOptions } from "../supervision/superviseCommands.js";
import { cellName, deploymentName } from "../text/describe.js";
import { startDeployment } from "./journey.js";
import type { Session } from "./openSession.js";
import { runCommand } from "./runCommand.js";

export interface ReleaseOptions extends WorkOptions, LogChoice {
  /** Whether the commands get the URL of the database. */
  readonly passDatabaseUrl: boolean;
  readonly reason: string | undefined;
  /** The phrase that their environments demand. */
  readonly confirmation: string | undefined;
  readonly parallel: boolean;
  /** Whether agents run the commands, and which target is meant where there are several. */
  readonly byAgent: boolean;
  readonly target: string | undefined;
  /** In milliseconds, as the next ones. */
  readonly waitTimeout: number | undefined;
  readonly outageTimeout: number;
  /** Tells why one of them failed, and returns the exit code that this means. */
  readonly onError: (error: unknown) => number;
  /** Called when one without a command has started, or was handed to agents. */
  readonly onStarted: (deployment: Deployment) => void;
}

export interface ReleaseOutcome {
  readonly deployment_id: number;
  /** 0; or the exit code of the command; or the one that says why the command did not run. Null: it stays on hold. */
  readonly exit_code: number | null;
}

/** What a deployment waits for in its line like any other. All else, such as a freeze, may last for days. */
const ordinaryWaits = new Set(["hold", "running", "verifying", "stopping", "buffer", "queued"]);

/** The command of a deployment cannot be started here, and the deployment stays on hold. */
class NotStartableError extends DeployQueueError {
  readonly exitCode = 127;
}

/** Releases each and does its work. Those that a freeze or the like withholds come last. The exit code is the first that is not 0. */
export async function releaseEach(
  session: Session,
  held: readonly StagedDeployment[],
  options: ReleaseOptions,
): Promise<{ readonly exitCode: number; readonly outcomes: readonly ReleaseOutcome[] }> {
  const one = async (staged: StagedDeployment): Promise<ReleaseOutcome> => ({
    deployment_id: staged.deployment_id,
    exit_code: await releaseOne(session, staged, options).catch(options.onError),
  });
  if (options.parallel) {
    // Each listens for signals by itself.
    process.setMaxListeners(0);
    const outcomes = await Promise.all(held.map(one));
    return { exitCode: outcomes.find(({ exit_code }) => exit_code !== 0)?.exit_code ?? 0, outcomes };
  }
  const outcomes: ReleaseOutcome[] = [];
  const rest = [...held];
  const postponed = new Set<number>();
  for (let staged = rest.shift(); staged !== undefined; staged = rest.shift()) {
    const { deployment_id: id } = staged;
    if (rest.length > 0 && !postponed.has(id)) {
      const reasons = (await session.queue.line.explain(id)).filter(({ kind }) => !ordinaryWaits.has(kind));
      const [reason] = reasons;
      if (reason !== undefined) {
        postponed.add(id);
        rest.push(staged);
        session.log.warn(`deployment ${id} comes after the others: ${reason.text}`);
        continue;
      }
    }
    const outcome = await one(staged);
    outcomes.push(outcome);
    if (outcome.exit_code !== 0) {
      const left = rest.map(({ deployment_id }) => ({ deployment_id, exit_code: null }));
      if (left.length > 0) {
        session.log.warn(`still on hold: ${left.map(({ deployment_id }) => deployment_id).join(", ")}`);
      }
      return { exitCode: outcome.exit_code ?? 0, outcomes: [...outcomes, ...left] };
    }
  }
  return { exitCode: 0, outcomes };
}

/** Whether an agent runs its command, so that nothing of it runs here. */
export function isForAgent({ command, process_waits, target }: StagedDeployment, byAgent: boolean): boolean {
  return command !== null && !process_waits && (byAgent || target !== null);
}

/** @returns the exit code of its command, else 0 */
async function releaseOne(given: Session, staged: StagedDeployment, options: ReleaseOptions): Promise<number> {
  const session = options.parallel ? { ...given, log: prefixed(given.log, placeOf(staged)) } : given;
  const { queue, log } = session;
  if (isForAgent(staged, options.byAgent)) {
    return handOver(session, staged, options);
  }
  const obstacle = staged.command === null || staged.process_waits ? undefined : whyNotStartable(staged.command);
  if (obstacle !== undefined) {
    throw new NotStartableError(`deployment ${staged.deployment_id} stays on hold: ${obstacle}`, {
      hint: "Release it where its command is.",
    });
  }
  const release =
    (heartbeat: boolean) =>
    async (key: string): Promise<Deployment> => {
      const { reason, confirmation } = options;
      const { released, deployment } = await queue.holds.release(staged.deployment_id, {
        reason,
        heartbeat,
        key,
        confirmation,
      });
      requireReleased(released, deployment);
      return deployment;
    };
  if (staged.process_waits) {
    const key = randomUUID();
    const deployment = await outlastOutages(() => release(false)(key), {
      outageTimeout: options.outageTimeout,
      onEvent: logOutages(log),
    });
    log.info(`${deploymentName(deployment)} was released; its job goes on`);
    return 0;
  }
  const { waitTimeout, outageTimeout, parallel: beside } = options;
  const attended = { waitTimeout, outageTimeout, beside };
  const entrance = { deployment: staged.deployment_id, enter: release(true) };
  if (staged.command !== null) {
    const { gracePeriod, continueWithoutContact, passDatabaseUrl, verification, onFailure } = options;
    const { keepLog, maskedVariables } = options;
    return runCommand(session, entrance, staged.command, {
      ...attended,
      ...{ gracePeriod, continueWithoutContact, passDatabaseUrl, verification, onFailure },
      ...{ keepLog, maskedVariables },
    });
  }
  options.onStarted(await startDeployment(session, entrance, attended));
  return 0;
}

async function handOver(
  { queue, log }: Session,
  { deployment_id: id }: StagedDeployment,
  { reason, confirmation, target, outageTimeout, onStarted }: ReleaseOptions,
): Promise<number> {
  const key = randomUUID();
  const deployment = await outlastOutages(
    async () => {
      const handed = await queue.holds.handOver(id, { target, reason, key, confirmation });
      requireReleased(handed.released, handed.deployment);
      return handed.deployment;
    },
    { outageTimeout, onEvent: logOutages(log) },
  );
  log.info(`${deploymentName(deployment)} was released; an agent runs its command when its turn comes`);
  onStarted(deployment);
  return 0;
}

function requireReleased(released: boolean, deployment: Deployment): void {
  if (!released) {
    throw new RefusedError(`${deploymentName(deployment)} was released already, and not by this call`, {
      hint: `"deploy-queue history ${deployment.id}" says who.`,
    });
  }
}

function placeOf({ environment, cloud_provider, region, cell_index: index }: StagedDeployment): string {
  return cellName({ environment, cloud_provider, region, index });
}

/** Each line says which of those that run beside each other it is about. */
function prefixed(log: LeveledLog, name: string): LeveledLog {
  const writer = (level: "trace" | "debug" | "info" | "warn" | "error") => (message: string) =>
    log[level](`${name}: ${message}`);
  return {
    trace: writer("trace"),
    debug: writer("debug"),
    info: writer("info"),
    warn: writer("warn"),
    error: writer("error"),
    tellsInfo: log.tellsInfo,
  };
}
