import type { Place, ComponentDemands as Policies } from "./world.js";

/** Where something is done: by a function of the queue or by a plain statement. */
export type Means = "function" | "statement";

/** Who says yes or no; the owner enters all deployments. */
export type Approver = "ann" | "bob" | "owner";

/**
 * What a client does. `which` picks a deployment by its place among those there are, or, where it is to be apt, among those
 * for which the act makes sense.
 */
export type Act =
  | {
      readonly act: "enqueue";
      readonly by: Means;
      readonly environment: string;
      readonly cell: number;
      readonly key: string | null;
      readonly component: string;
      readonly version: string;
      readonly sequence: number | null;
      readonly scope: string | null;
      /** Minutes; what is reserved is held in the line, and does not start at once. */
      readonly reserveFor: number | null;
      readonly rollback: boolean;
      /** Found for a rollback when it is played. */
      readonly rollbackOf: number | null;
      readonly heartbeat: boolean;
      /** The name of the process; without heartbeats there is none. */
      readonly keeper: string | null;
      /** Minutes. */
      readonly stopGrace: number | null;
      readonly idempotencyKey: string | null;
      readonly confirmation: string | null;
      readonly maxDuration: number | null;
      readonly priority: number;
      readonly hold: "outside" | "in-line" | null;
      /** Minutes from now. */
      readonly notBefore: number | null;
      readonly notAfter: number | null;
      /** At once, if it may; by the function only. */
      readonly start: boolean;
      /** It joins a deployment that runs; by the function only. */
      readonly join: boolean;
      readonly which: number;
      readonly apt: boolean;
    }
  | {
      readonly act: "insert running";
      readonly environment: string;
      readonly cell: number;
      readonly component: string;
      readonly key: string | null;
    }
  | {
      readonly act: "redeem";
      readonly which: number;
      readonly apt: boolean;
      readonly version: string | null;
      readonly confirmation: string | null;
      readonly heartbeat: boolean;
      readonly keeper: string | null;
      readonly stopGrace: number | null;
    }
  | { readonly act: "verify"; readonly by: Means; readonly which: number; readonly apt: boolean }
  | {
      readonly act: "finish";
      readonly by: Means;
      readonly which: number;
      readonly apt: boolean;
      readonly verified: boolean;
    }
  | {
      readonly act: "cancel";
      readonly by: Means;
      readonly which: number;
      readonly apt: boolean;
    }
  | {
      readonly act: "heartbeat";
      readonly by: Means;
      readonly which: number;
      readonly apt: boolean;
      readonly keeper: string | null;
    }
  /** What a keeper tells of its work, and the cancel that does not wait for that. */
  | { readonly act: "confirm stop" | "fail" | "force"; readonly which: number; readonly apt: boolean }
  /** With a heartbeat, the client promises more of them. */
  | {
      readonly act: "start";
      readonly by: Means;
      readonly which: number;
      readonly apt: boolean;
      readonly heartbeat: boolean;
      readonly keeper: string | null;
      readonly stopGrace: number | null;
    }
  | {
      readonly act: "release";
      readonly by: Means;
      readonly which: number;
      readonly apt: boolean;
      readonly heartbeat: boolean;
      readonly releaseKey: string | null;
      /** By the function only. */
      readonly confirmation: string | null;
    }
  | {
      readonly act: "confirm";
      readonly by: Means;
      readonly which: number;
      readonly apt: boolean;
      readonly confirmation: string;
    }
  | {
      readonly act: "bump";
      readonly by: Means;
      readonly which: number;
      readonly apt: boolean;
      readonly priority: number;
    }
  | {
      readonly act: "approve" | "disapprove";
      readonly as: Approver;
      readonly which: number;
      readonly apt: boolean;
    }
  | { readonly act: "purge"; readonly which: number; readonly apt: boolean }
  /** Of all of the environment, a provider or a region of it, or one cell. */
  | { readonly act: "freeze"; readonly environment: string; readonly place: Place; readonly key: string | null }
  | { readonly act: "thaw"; readonly environment: string }
  /** By the freeze of its environment. */
  | { readonly act: "allow"; readonly which: number; readonly apt: boolean }
  | { readonly act: "start now"; readonly which: number; readonly apt: boolean }
  /** The line of its cell; held because of it. */
  | { readonly act: "hold line" | "release line"; readonly which: number; readonly apt: boolean }
  /** Minutes from now. */
  | { readonly act: "add window"; readonly environment: string; readonly opens: number; readonly closes: number }
  | { readonly act: "remove window"; readonly environment: string }
  | { readonly act: "cancel version"; readonly component: string; readonly version: string }
  | { readonly act: "cancel location"; readonly environment: string; readonly cell: number | null }
  | { readonly act: "reap" }
  | {
      readonly act: "report check";
      readonly component: string;
      readonly version: string;
      readonly name: string;
      readonly passed: boolean;
      /** Minutes. */
      readonly expiresIn: number | null;
    }
  | { readonly act: "change key"; readonly which: number; readonly apt: boolean; readonly key: string | null }
  | {
      readonly act: "set environment";
      readonly by: Means;
      readonly environment: string;
      readonly policies: Policies;
    }
  /** By a statement, it is to follow its environment again. */
  | {
      readonly act: "set component";
      readonly by: Means;
      readonly environment: string;
      readonly component: string;
      readonly policies: Policies;
      readonly without: readonly (keyof Policies)[];
    }
  | { readonly act: "mark bad"; readonly component: string; readonly version: string }
  | { readonly act: "mark good"; readonly component: string; readonly version: string }
  | { readonly act: "set cell"; readonly environment: string; readonly cell: number; readonly slots: number | null };
