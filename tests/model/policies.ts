import type { ComponentDemands, Demands, World } from "./world.js";

interface Where {
  readonly environment: string;
  readonly component: string;
}

const general: Demands = {
  bufferTime: 0,
  heartbeatTimeout: 0,
  ordering: "sequential",
  refusesOutdated: false,
  holdsAfterFailure: false,
  maxReservation: 240,
  confirmation: "",
  checks: [],
  requiresVerification: false,
  approvals: 0,
  ...{ promotesFrom: "", promotesFromAll: false, soak: 0, gatesRollbacks: false },
};

export function demands(world: World, { environment, component }: Where): Demands {
  const ofAll = world.environments[environment] ?? general;
  return changed(ofAll, world.components[`${environment}/${component}`]);
}

/** What is demanded once it has changed; what is not said stays as it was. */
export function changed<T extends ComponentDemands | Demands>(before: T, said: Partial<ComponentDemands> = {}): T {
  return {
    ...before,
    bufferTime: said.bufferTime ?? before.bufferTime,
    heartbeatTimeout: said.heartbeatTimeout ?? before.heartbeatTimeout,
    ordering: said.ordering ?? before.ordering,
    refusesOutdated: said.refusesOutdated ?? before.refusesOutdated,
    confirmation: said.confirmation ?? before.confirmation,
    checks: said.checks ?? before.checks,
    requiresVerification: said.requiresVerification ?? before.requiresVerification,
    holdsAfterFailure: said.holdsAfterFailure ?? before.holdsAfterFailure,
    approvals: said.approvals ?? before.approvals,
    promotesFrom: said.promotesFrom ?? before.promotesFrom,
    promotesFromAll: said.promotesFromAll ?? before.promotesFromAll,
    soak: said.soak ?? before.soak,
    gatesRollbacks: said.gatesRollbacks ?? before.gatesRollbacks,
  };
}

/** Whether the component of a part has a gate that the one in whose hold it runs has not passed. */
export function hasOtherGates(world: World, part: Where, holder: Where): boolean {
  const [own, passed] = [demands(world, part), demands(world, holder)];
  const isAsFor = (...names: readonly (keyof Demands)[]) => names.every((name) => own[name] === passed[name]);
  return (
    (own.confirmation !== "" && !isAsFor("confirmation")) ||
    (own.approvals > 0 && !isAsFor("approvals")) ||
    (own.promotesFrom !== "" && !isAsFor("promotesFrom", "promotesFromAll", "soak")) ||
    !own.checks.every((name) => passed.checks.includes(name)) ||
    (own.requiresVerification && !passed.requiresVerification)
  );
}

/** Whether it has brought the phrase that is demanded. */
export function isConfirmed(world: World, one: Where & { readonly confirmation: string | null }): boolean {
  const phrase = demands(world, one).confirmation;
  return phrase === "" || one.confirmation === phrase;
}

export function slotsOfCell(world: World, { environment, cell }: { environment: string; cell: number }): number {
  return world.cells[`${environment}/${cell}`] ?? world.environments[environment]?.slots ?? 1;
}

export function slotsOfComponent(world: World, { environment, component }: Where): number {
  return world.components[`${environment}/${component}`]?.slots ?? Number.POSITIVE_INFINITY;
}
