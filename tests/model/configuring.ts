import { isDeepStrictEqual } from "node:util";
import type { Act } from "./acts.js";
import { answered, end, followed, type Outcome, ordered } from "./outcomes.js";
import { changed, demands } from "./policies.js";
import { isInCircle, isWithdrawn } from "./promotion.js";
import { isLive } from "./states.js";
import type { ComponentDemands, Deployment, World } from "./world.js";

type Of<Name extends Act["act"]> = Extract<Act, { act: Name }>;

export function setEnvironment(world: World, { environment, policies }: Of<"set environment">): Outcome {
  const before = world.environments[environment];
  if (before === undefined) return answered("no environment", world);
  const after = { ...changed(before, policies), slots: policies.slots ?? before.slots };
  return changedPolicy(world, { ...world, environments: { ...world.environments, [environment]: after } }, environment);
}

const nothing: ComponentDemands = {
  ...{ bufferTime: null, heartbeatTimeout: null, slots: null },
  ...{ checks: null, ordering: null, refusesOutdated: null, requiresVerification: null },
  ...{ holdsAfterFailure: null, confirmation: null, approvals: null },
  ...{ promotesFrom: null, promotesFromAll: null, soak: null, gatesRollbacks: null },
};

export function setComponent(world: World, act: Of<"set component">): Outcome {
  const name = `${act.environment}/${act.component}`;
  const before = world.components[name] ?? nothing;
  const kept = { ...before, ...Object.fromEntries(act.without.map((what) => [what, null])) };
  const said = { ...changed(kept, act.policies), slots: act.policies.slots ?? kept.slots };
  const after = act.by === "statement" ? nothing : said;
  return changedPolicy(world, { ...world, components: { ...world.components, [name]: after } }, act.environment);
}

export function setCell(world: World, { environment, cell, slots }: Of<"set cell">): Outcome {
  // The first deployment makes the cell.
  const isThere = (one: Deployment) => one.environment === environment && one.cell === cell;
  if (!world.deployments.some(isThere)) return answered("QD043", world);
  const { [`${environment}/${cell}`]: _, ...others } = world.cells;
  return followed(world, "ok", {
    ...world,
    cells: slots === null ? others : { ...others, [`${environment}/${cell}`]: slots },
  });
}

/** Those that wait are ordered anew, and keepers are told of another length of their leases and of other gates. */
function changedPolicy(world: World, after: World, environment: string): Outcome {
  if (isInCircle(after, environment)) return answered("QD060", world);
  const gatesOf = (one: Deployment, then: World) => {
    const { confirmation, approvals, promotesFrom, promotesFromAll, soak, checks, gatesRollbacks } = demands(then, one);
    return [confirmation, approvals, promotesFrom, promotesFromAll, soak, checks, gatesRollbacks];
  };
  const isGatedOtherwise = (one: Deployment) =>
    one.started === null && one.joinedId === null && !isDeepStrictEqual(gatesOf(one, world), gatesOf(one, after));
  const isTold = (one: Deployment) =>
    isLive(one) &&
    one.aliveUntil !== null &&
    (demands(world, one).heartbeatTimeout !== demands(after, one).heartbeatTimeout || isGatedOtherwise(one));
  const told = world.deployments.filter(isTold).map(({ id }) => `${id} policy`);
  return { ...ordered(world, "ok", after), told: new Set(told) };
}

/** No deployment of the version enters a line any more, and those that wait are withdrawn. */
export function markBad(world: World, { component, version }: Of<"mark bad">): Outcome {
  const isOf = (one: Deployment) => one.component === component && one.version === version;
  if (!world.deployments.some(isOf)) return answered("QD063", world);
  const marked = { ...world, badVersions: [...world.badVersions, `${component}/${version}`] };
  const outcome = end(marked, "ok", (one) => one.started === null && isOf(one) && isWithdrawn(marked, one));
  return { ...followed(world, "ok", outcome.world), ended: outcome.ended };
}

export function markGood(world: World, { component, version }: Of<"mark good">): Outcome {
  const isOf = (one: Deployment) => one.component === component && one.version === version;
  if (!world.deployments.some(isOf)) return answered("QD063", world);
  const badVersions = world.badVersions.filter((one) => one !== `${component}/${version}`);
  return followed(world, "ok", { ...world, badVersions });
}
