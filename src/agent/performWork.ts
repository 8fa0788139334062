import { logOutages } from "../display/outages.js";
import type { ChildEnd } from "../processes/childProcess.js";
import type { Work } from "../queue/calls/work.js";
import { reasonOf } from "../queue/errors.js";
import { Lease, type Reading } from "../queue/lease.js";
import { oneLine } from "../queue/oneLine.js";
import { keepDeployment, type Outcome, type Running } from "../queue/run.js";
import { type GuardedCommand, guardCommand } from "../supervision/guardedCommand.js";
import { type Attention, type Keeper, superviseCommands } from "../supervision/superviseCommands.js";
import { deploymentName } from "../text/describe.js";
import { describeError } from "../text/describeError.js";
import { type Prepared, prepareWork } from "./prepare.js";
import type { Target } from "./target.js";
import { openWorkLog, type WorkLog } from "./workLog.js";

export interface TakenWork {
  readonly work: Work;
  readonly keeper: string;
  /** When it was asked for. */
  readonly sent: Reading;
  /** Undefined when the file does not have it any more. */
  readonly target: Target | undefined;
}

type Ended = Outcome<ChildEnd | undefined>;

/** An outcome is told for so long after the database went away, in milliseconds: meanwhile the agent keeps the place of the deployment. */
const outageTimeout = 3_600_000;

/**
 * Runs the commands of a deployment that has started, to the end of the deployment. Does not throw.
 * @returns why its outcome could not be told; undefined when it was
 */
export async function performWork(agent: Keeper, attention: Attention, taken: TakenWork): Promise<unknown> {
  const { work, keeper, sent, target } = taken;
  const { deployment } = work;
  const say = (message: string): void => agent.log.info(`${deploymentName(deployment)}: ${message}`);
  const lease = new Lease();
  lease.renewed(sent, deployment);
  let log: WorkLog | undefined;
  const guarded = guardCommand(
    () => log?.note("the command has exited, and processes that it has started have the grace period to end"),
    (stream, bytes) => log?.write(stream, bytes),
    "ignore",
    {
      deploymentId: deployment.id,
      contact: { ...agent.address, actor: agent.queue.source.actor, keeper },
      failure: "no command began, since the process that kept it was gone",
    },
  );
  const run = async (running: Running): Promise<Ended> => {
    const { secrets, prepared } = await prepare(agent, taken, running.stop);
    const { stop } = running;
    log = await openWorkLog(agent, { deployment, keeper, limit: target?.logLimit, secrets, outageTimeout, stop });
    const outcome =
      typeof prepared === "string"
        ? { result: undefined, failure: prepared }
        : await runCommands(agent, attention, guarded, running, prepared, log);
    const failure = outcome.failure === undefined ? undefined : log.masked(oneLine(outcome.failure));
    if (failure !== undefined) {
      log.note(failure);
    }
    await log.close();
    return { ...outcome, failure };
  };

  say(`taken for the target ${work.target}`);
  try {
    const { end } = await keepDeployment(agent.queue, { deployment, keeper, lease }, run, {
      stopGrace: target?.gracePeriod,
      outageTimeout,
      onEvent: logOutages(agent.log),
    });
    if (end.how === "untold" || end.how === "lost-contact") {
      agent.log.error(`${deploymentName(deployment)}: ${describeError(end.error)}`);
      return end.error;
    }
    say(end.how === "finished" ? "finished" : `${end.how}: ${end.deployment.cancellation_note}`);
    return undefined;
  } catch (error) {
    agent.log.error(`${deploymentName(deployment)}: ${reasonOf(error)}`);
    return error;
  } finally {
    guarded.dismiss();
    await log?.stored();
  }
}

interface Preparation {
  /** Also of what could not be prepared. */
  readonly secrets: readonly string[];
  /** Or why nothing may run. */
  readonly prepared: (Prepared & { readonly target: Target }) | string;
}

async function prepare({ queue }: Keeper, { work, target }: TakenWork, stop: AbortSignal): Promise<Preparation> {
  let secrets: readonly string[] = [];
  if (target === undefined) {
    return { secrets, prepared: `the file of the agent has no target ${work.target}` };
  }
  try {
    const prepared = await prepareWork(queue, target, work, stop, (values) => {
      secrets = values.filter((value) => value !== "");
    });
    return { secrets, prepared: { ...prepared, target } };
  } catch (error) {
    return { secrets, prepared: reasonOf(error) };
  }
}

async function runCommands(
  agent: Keeper,
  attention: Attention,
  guarded: GuardedCommand,
  running: Running,
  { target, commands, directory, environment, prefix }: Prepared & { readonly target: Target },
  { tell, note }: WorkLog,
): Promise<Outcome<ChildEnd>> {
  const steps = commands.map(({ text, words }, index) => ({
    name: `command ${index + 1} of ${commands.length} (${text})`,
    ...{ text, words, timeout: target.commandTimeout },
  }));
  let isStopped = false;
  const attended: Attention = {
    onSignal: (callback) =>
      attention.onSignal((signal) => {
        isStopped = true;
        callback(signal);
      }),
  };
  try {
    const outcome = await superviseCommands(
      { ...agent, log: { ...agent.log, info: tell, warn: tell, error: tell } },
      attended,
      guarded,
      running,
      {
        ...{ steps, environment, prefix, directory: directory.path, timeout: target.timeout },
        ...{ gracePeriod: target.gracePeriod, verification: target.verification, onFailure: target.onFailure },
        nameOfRollback: "the command of on_failure",
        onStep: (step) => note(`$ ${steps.find(({ name }) => name === step.name)?.text}`),
      },
    );
    return isStopped && outcome.failure !== undefined
      ? { ...outcome, failure: `${outcome.failure}: the agent was stopped` }
      : outcome;
  } finally {
    await directory.close().catch(() => undefined);
  }
}
