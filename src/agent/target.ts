import type { Patience } from "../queue/verification.js";
import type { WrittenVariable } from "./schema.js";

/** A value of a stage, or where it is to be found. */
export type Variable = WrittenVariable;

export interface Stage {
  readonly name: string;
  /** Patterns of the refs that it is for, besides its name. */
  readonly refs: readonly string[];
  readonly variables: Readonly<Record<string, Variable>>;
  /** Whether they are written to .env, too. */
  readonly writesFile: boolean;
}

/** What an agent deploys: a component in a cell. Durations are in milliseconds. */
export interface Target {
  readonly name: string;
  readonly component: string;
  readonly environment: string;
  readonly cloudProvider: string;
  readonly region: string;
  readonly cellIndex: number;
  /** Commands run in one of them, or in a folder below it. */
  readonly directories: readonly string[];
  /** Patterns of refs; undefined: any, and deployments without one. */
  readonly refs: readonly string[] | undefined;
  /** Whom commands run as, when that is not the user of the agent. */
  readonly user: string | undefined;
  /** Patterns; each command fits one of them. */
  readonly commands: readonly string[];
  /** Patterns; the last command fits one of these as well. undefined: any. */
  readonly lastCommand: readonly string[] | undefined;
  /** Whether a shell runs the commands. */
  readonly shell: boolean;
  readonly stages: readonly Stage[];
  /** Of each command. */
  readonly commandTimeout: number;
  /** Of all commands together. */
  readonly timeout: number;
  readonly gracePeriod: number;
  /** In bytes; undefined: what the environment says. */
  readonly logLimit: number | undefined;
  readonly verification: (Patience & { readonly check: string }) | undefined;
  readonly onFailure: string | undefined;
}

export interface AgentSettings {
  readonly name: string | undefined;
  readonly deploymentsAtOnce: number;
  readonly targets: readonly Target[];
}
