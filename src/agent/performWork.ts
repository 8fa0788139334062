import { logOutages } from "../display/outages.js";
import { type Log, openLog } from "../logs/openLog.js";
import type { ChildEnd } from "../processes/childProcess.js";
import type { Work } from "../queue/calls/work.js";
import { reasonOf } from "../queue/errors.js";
import { Lease, type Reading } from "../queue/lease.js";
import { oneLine } from "../queue/oneLine.js";
import { outlastOutages } from "../queue/outage.js";
import { pause } from "../queue/pause.js";
import { keepDeployment, type Outcome, type Running } from "../queue/run.js";
import { guardCommand } from "../supervision/guardedCommand.js";
import { type Attention, type Keeper, superviseCommands } from "../supervision/superviseCommands.js";
import { deploymentName } from "../text/describe.js";
import { type Prepared, prepareWork } from "./prepare.js";
import type { Target } from "./target.js";

export interface TakenWork {
  readonly work: Work;
  readonly keeper: string;
  /** When it was asked for. */
  readonly sent: Reading;
  /** Undefined when the file does not have it any more. */
  readonly target: Target | undefined;
}

/** An outcome is told for so long after the database went away, in milliseconds: meanwhile the agent keeps the place of the deployment. */
const outageTimeout = 3_600_000;
/** For so long the outcome waits for the rest of the log to be stored, in milliseconds: who follows the log stops at the outcome. */
const logPatience = 10_000;

/** Runs the commands of a deployment that has started, to the end of the deployment. Does not throw. */
export async function performWork(agent: Keeper, attention: Attention, taken: TakenWork): Promise<void> {
  const { work, keeper, sent, target } = taken;
  const { deployment } = work;
  const name = deploymentName(deployment);
  const say = (message: string): void => agent.log.info(`${name}: ${message}`);
  const lease = new Lease();
  lease.renewed(sent, deployment);
  let secrets: readonly string[] = [];
  let prepared: Prepared | undefined;
  let log: Log | undefined;
  let stored: Promise<void> = Promise.resolve();
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

  const run = async (running: Running): Promise<Outcome<ChildEnd | undefined>> => {
    let problem: string | undefined;
    try {
      if (target === undefined) {
        throw new Error(`the file of the agent has no target ${work.target}`);
      }
      prepared = await prepareWork(agent.queue, target, work, (values) => {
        secrets = values.filter((value) => value !== "");
      });
    } catch (error) {
      problem = reasonOf(error);
    }
    const settings = await outlastOutages(() => agent.queue.logs.settings(deployment.id), {
      signal: running.stop,
      outageTimeout: logPatience,
    }).catch(() => undefined);
    const opened = openLog(agent.queue.source, {
      deploymentId: deployment.id,
      keeper,
      secrets,
      limit: Math.min(target?.logLimit ?? Number.POSITIVE_INFINITY, settings?.limit ?? usualLimit),
      outageTimeout,
      onLoss: (why) => agent.log.warn(`${name}: the rest of its log is lost: ${why}`),
    });
    log = opened;
    const end = async (outcome: Outcome<ChildEnd | undefined>): Promise<Outcome<ChildEnd | undefined>> => {
      const failure = outcome.failure === undefined ? undefined : masked(oneLine(outcome.failure));
      if (failure !== undefined) {
        opened.note(failure);
      }
      stored = opened.close();
      await Promise.race([stored, pause(logPatience)]);
      return { ...outcome, failure };
    };
    if (prepared === undefined || target === undefined) {
      return end({ result: undefined, failure: problem ?? "it could not be prepared" });
    }
    const tell = (message: string): void => {
      agent.log.info(`${name}: ${masked(message)}`);
      opened.note(message);
    };
    const { commands, directory, environment, prefix } = prepared;
    const texts = new Map<string, string>();
    const steps = commands.map(({ text, words }, index) => {
      const step = {
        name: `command ${index + 1} of ${commands.length} (${text})`,
        words,
        timeout: target.commandTimeout,
      };
      texts.set(step.name, text);
      return step;
    });
    const outcome = await superviseCommands(
      { ...agent, log: { ...agent.log, info: tell, warn: tell, error: tell } },
      attention,
      guarded,
      running,
      {
        ...{ steps, environment, prefix, directory: directory.path, timeout: target.timeout },
        ...{ gracePeriod: target.gracePeriod, verification: target.verification, onFailure: target.onFailure },
        nameOfRollback: "the command of on_failure",
        onStep: (step) => opened.note(`$ ${texts.get(step.name)}`),
      },
    );
    return end(outcome);
  };
  const masked = (text: string): string => secrets.reduce((rest, secret) => rest.replaceAll(secret, "***"), text);

  say(`taken for the target ${work.target}`);
  try {
    const { end } = await keepDeployment(agent.queue, { deployment, keeper, lease }, run, {
      stopGrace: target?.gracePeriod,
      outageTimeout,
      onEvent: logOutages(agent.log),
    });
    const note =
      end.how === "untold" || end.how === "lost-contact" ? reasonOf(end.error) : end.deployment.cancellation_note;
    say(end.how === "finished" ? "finished" : `${end.how}: ${note}`);
  } catch (error) {
    agent.log.error(`${name}: ${reasonOf(error)}`);
  } finally {
    guarded.dismiss();
    await prepared?.directory.close().catch(() => undefined);
    await stored;
  }
}

/** In bytes, when the queue does not say. */
const usualLimit = 10 * 2 ** 20;
