import type { Act } from "../../model/acts.js";
import { plain, type Step, unsaid } from "../../model/steps.js";
import type { ComponentDemands } from "../../model/world.js";

type Enqueue = Extract<Act, { act: "enqueue" }>;

/** A program that a person writes, where what shows a slip is rare among all that is drawn. `which` counts its deployments from 0. */
export interface Script {
  readonly script: readonly Step[];
}

export function scriptOf(...acts: readonly (Act | Step)[]): Script {
  return {
    script: acts.map((one) => ("step" in one ? one : { step: "act", on: 0, rolledBack: false, acts: [one] })),
  };
}

/** To a, and web unless told otherwise; what is not said is nothing. */
export function enter(said: Partial<Enqueue>): Act {
  return {
    ...{ act: "enqueue", by: "function", environment: "a", cell: 0, component: "web", version: "v1" },
    ...{ ...plain, keeper: null, stopGrace: null, confirmation: null, rollbackOf: null, which: 0, apt: false },
    ...said,
  };
}

/** One that runs and has a keeper, so that parts can join it. */
export const hold = (said: Partial<Enqueue>): Act => enter({ start: true, heartbeat: true, keeper: "kim", ...said });

/** One that joins the first deployment. */
export const part = (said: Partial<Enqueue>): Act => enter({ join: true, start: true, ...said });

export const start = (which: number): Extract<Act, { act: "start" }> => ({
  ...{ act: "start", by: "function", which, apt: false, heartbeat: false, keeper: null, stopGrace: null },
});

export const finish = (which: number): Act => ({ act: "finish", by: "function", which, apt: false, verified: false });

export const confirm = (which: number): Act => ({
  ...{ act: "confirm", by: "function", which, apt: false, confirmation: "yes" },
});

export const approve = (which: number): Act => ({ act: "approve", as: "ann", which, apt: false });

export const demand = (policies: Partial<ComponentDemands>): Act => ({
  ...{ act: "set environment", by: "function", environment: "a", policies: { ...unsaid, ...policies } },
});

export const report = (version: string, passed: boolean): Act => ({
  ...{ act: "report check", component: "web", version, name: "e2e", passed, expiresIn: null },
});

export const markBad = (component: string, version: string): Act => ({ act: "mark bad", component, version });

export const pass = (minutes: number): Step => ({ step: "wait", minutes, quiet: false });
