import type { Act } from "./acts.js";
import { answered, followed, type Outcome, ordered } from "./outcomes.js";
import { changed, demands } from "./policies.js";
import { isLive } from "./states.js";
import type { ComponentDemands, Deployment, World } from "./world.js";

type Of<Name extends Act["act"]> = Extract<Act, { act: Name }>;

export function setEnvironment(world: World, { environment, policies }: Of<"set environment">): Outcome {
  const before = world.environments[environment];
  if (before === undefined) return answered("no environment", world);
  const after = { ...changed(before, policies), slots: policies.slots ?? before.slots };
  return changedPolicy(world, { ...world, environments: { ...world.environments, [environment]: after } });
}

const nothing: ComponentDemands = {
  ...{ bufferTime: null, heartbeatTimeout: null, slots: null },
  ...{ checks: null, ordering: null, refusesOutdated: null, requiresVerification: null },
  ...{ holdsAfterFailure: null, confirmation: null, approvals: null },
};

export function setComponent(world: World, act: Of<"set component">): Outcome {
  const name = `${act.environment}/${act.component}`;
  const before = world.components[name] ?? nothing;
  const kept = { ...before, ...Object.fromEntries(act.without.map((what) => [what, null])) };
  const said = { ...changed(kept, act.policies), slots: act.policies.slots ?? kept.slots };
  const after = act.by === "statement" ? nothing : said;
  return changedPolicy(world, { ...world, components: { ...world.components, [name]: after } });
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

/** Those that wait are ordered anew, and keepers are told of another length of their leases. */
function changedPolicy(world: World, after: World): Outcome {
  const isTold = (one: Deployment) =>
    isLive(one) &&
    one.aliveUntil !== null &&
    demands(world, one).heartbeatTimeout !== demands(after, one).heartbeatTimeout;
  const told = world.deployments.filter(isTold).map(({ id }) => `${id} policy`);
  return { ...ordered(world, "ok", after), told: new Set(told) };
}
