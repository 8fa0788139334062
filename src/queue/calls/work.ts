import { inSeconds } from "../../text/durations.js";
import type { Deployment, DeploymentId, Hold } from "../deployment.js";
import { UnconfirmedError } from "../errors.js";
import type { Reason } from "../forecast.js";
import { Json, Seconds } from "../source.js";
import { Calls } from "./calls.js";

/** Where an agent runs commands: a component in a cell, known by its name or by its directories. */
export interface Target {
  readonly target: string;
  readonly environment: string;
  readonly cloud_provider: string;
  readonly region: string;
  readonly cell_index: number;
  readonly component: string;
  /** Whole paths; commands run there or below. */
  readonly directories: readonly string[];
  /** Patterns of branches and tags in which * stands for any characters; none: all. */
  readonly refs: readonly string[];
}

export interface ServingAgent {
  readonly agent: string;
  /** ISO 8601. */
  readonly seen_at: string;
  readonly is_there: boolean;
  /** The columns of the target about which its file says something else. */
  readonly differs: readonly string[];
}

/** A target with the agents that serve it. */
export interface KnownTarget extends Target {
  /** The principal of its agents. */
  readonly owner: string;
  /** Those that are there. */
  readonly agents: readonly string[];
  /** When the last one was there. */
  readonly seen_at: Date;
  /** All that have named it in the last day, in the order of their names. */
  readonly each_agent: readonly ServingAgent[];
}

export interface SubmitRequest {
  readonly target?: string | undefined;
  /** Where the commands run; without a target, it names that. */
  readonly directory?: string | undefined;
  /** Each a text for a shell. */
  readonly commands?: readonly string[] | undefined;
  /** Instead of these, a program and its arguments. */
  readonly command?: readonly string[] | undefined;
  readonly commitHash?: string | undefined;
  readonly refName?: string | undefined;
  readonly url?: string | undefined;
  readonly note?: string | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly concurrencyKey?: string | undefined;
  /** In seconds. */
  readonly maxDuration?: number | undefined;
  readonly priority?: number | undefined;
  readonly notBefore?: Date | undefined;
  readonly notAfter?: Date | undefined;
  /** The phrase that the environment demands. */
  readonly confirmation?: string | undefined;
  /** It is staged until it is released. */
  readonly hold?: Hold | undefined;
}

export interface Submission {
  readonly target: string;
  readonly waitingOn: readonly Reason[];
  readonly deployment: Deployment;
}

/** What an agent is to do for a deployment that it has started. */
export interface Work {
  readonly deployment: Deployment;
  readonly target: string;
  /** Null: where the target says. */
  readonly directory: string | null;
  readonly commands: readonly string[];
  readonly commit_hash: string | null;
  readonly ref_name: string | null;
}

export interface TakeOptions {
  /** Milliseconds within which the work ends when it is asked to; undefined: it cannot be ended. */
  readonly stopGrace?: number | undefined;
  /** Milliseconds of the lease until the first heartbeat; a minute by default. */
  readonly firstBeatWithin?: number | undefined;
}

interface TakenRow {
  readonly look_again_in: number | null;
  readonly target: string | null;
}

/** What is a deployment's commands, and agents that run them. */
export class WorkCalls extends Calls {
  /** In the order of their names. */
  targets(environment?: string): Promise<KnownTarget[]> {
    return this.read("known_targets", { where: { environment }, order: ["target"] });
  }

  /** Which agent is to run what for a deployment; undefined: none. */
  async of(id: DeploymentId): Promise<(Omit<Work, "deployment"> & { readonly agent: string | null }) | undefined> {
    const [row] = await this.read<Omit<Work, "deployment"> & { agent: string | null }>("work", {
      where: { deployment_id: id },
      fields: ["target", "directory", "commands", "commit_hash", "ref_name", "agent"],
    });
    return row;
  }

  /**
   * Enters the line with commands that an agent runs when it is their turn.
   * @throws UnconfirmedError when the phrase that the environment demands is wrong or missing, which is recorded; UnknownNameError when no agent
   * serves such a target
   */
  async submit(request: SubmitRequest): Promise<Submission> {
    const { target_name, waiting_on, ...deployment } = await this.change<
      Deployment & { target_name: string; waiting_on: readonly Reason[] }
    >(
      "submit",
      {
        ...{ target: request.target, directory: request.directory, commands: request.commands },
        ...{ commit_hash: request.commitHash, ref_name: request.refName, url: request.url, note: request.note },
        ...{ idempotency_key: request.idempotencyKey, concurrency_key: request.concurrencyKey },
        ...{ max_duration: new Seconds(request.maxDuration), priority: request.priority ?? 0 },
        ...{ not_before: request.notBefore, not_after: request.notAfter, confirmation: request.confirmation },
        ...{ command: request.command, hold: request.hold },
      },
      { fields: ["target_name", "waiting_on"], unfold: "deployment" },
    );
    if (deployment.cancellation_kind === "rejected") {
      throw new UnconfirmedError(`it was rejected: ${deployment.cancellation_note}`, {
        hint: "The rejection is recorded. Submit it again with the confirmation.",
      });
    }
    return { target: target_name, waitingOn: waiting_on, deployment };
  }

  /**
   * Says what an agent serves, and that it is there; to be repeated each minute. What is left out is served no more.
   * @param instance drawn by the process
   * @returns its number, which names its channel
   * @throws RefusedError when a target belongs to another principal; OtherKeeperError once another process has the name
   */
  register(agent: string, targets: readonly Target[], instance?: string): Promise<number> {
    return this.value("register_targets", { agent, targets: new Json(targets), instance }, { changes: true });
  }

  /** Renews the leases of all that waits for the targets of the agent. @returns milliseconds after which to call it again */
  async keep(agent: string): Promise<number> {
    return Math.ceil((await this.value<number>("keep_work", { agent })) * 1_000);
  }

  /** Says that the agent has ended, so that nobody counts on it. */
  leave(agent: string): Promise<void> {
    return this.value("leave_work", { agent }, { changes: true });
  }

  /**
   * Starts the next deployment that waits for the targets of the agent, if one may start.
   * @param keeper a name that is drawn for each deployment; asking again with it after a lost answer gives the same one
   * @returns the work; else milliseconds after which time alone may give some, undefined: not known
   */
  async take(
    agent: string,
    keeper: string,
    { stopGrace, firstBeatWithin = 60_000 }: TakeOptions = {},
  ): Promise<{ readonly work?: Work; readonly lookAgainIn?: number }> {
    const { look_again_in, target, directory, commands, commit_hash, ref_name, ...deployment } = await this.change<
      TakenRow & Omit<Work, "deployment" | "target"> & Deployment
    >(
      "take_work",
      {
        ...{ agent, keeper, stop_grace: new Seconds(inSeconds(stopGrace)) },
        first_beat_within: new Seconds(inSeconds(firstBeatWithin)),
      },
      {
        fields: ["look_again_in", "target", "directory", "commands", "commit_hash", "ref_name"],
        unfold: "deployment",
      },
    );
    if (target !== null) {
      return { work: { target, directory, commands, commit_hash, ref_name, deployment } };
    }
    return look_again_in === null ? {} : { lookAgainIn: Math.ceil(look_again_in * 1_000) };
  }
}
