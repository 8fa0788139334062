import { groupsOf } from "./groups.js";
import { demands } from "./policies.js";
import { isWithdrawn } from "./promotion.js";
import { isLive, isOver, isStanding } from "./states.js";
import type { Deployment, World } from "./world.js";

/** Those that are compared by sequence share the places that they hold: the first of them stands at the first, and so on. */
export function sorted(world: World): World {
  const groups = groupsOf(world.deployments.filter(isSequenced), (one) =>
    JSON.stringify([markName(one), one.priority]),
  );
  const placeOf = new Map<number, number>();
  for (const group of groups.values()) {
    const places = group.map(({ place }) => place).sort((one, other) => one - other);
    group
      .toSorted((one, other) => comparison(world, one, other))
      .forEach(({ id }, index) => void placeOf.set(id, places[index] ?? 0));
  }
  return {
    ...world,
    deployments: world.deployments.map((one) => ({ ...one, place: placeOf.get(one.id) ?? one.place })),
  };
}

function isSequenced(one: Deployment): boolean {
  return isStanding(one) && one.sequence !== null && one.joinedId === null;
}

/** The lowest first; where the newest that is ready goes first, the highest, and what is reserved last. */
function comparison(world: World, one: Deployment, other: Deployment): number {
  const bySequence = (one.sequence ?? 0) - (other.sequence ?? 0);
  if (demands(world, one).ordering !== "latest-ready") return bySequence || one.id - other.id;
  const isReady = ({ reservedUntil }: Deployment) => Number(reservedUntil === null);
  return isReady(other) - isReady(one) || -bySequence || one.id - other.id;
}

/** Whether it is not to run any more: it would be a step back, or only the newest is to run and it is not that. */
export function isObsolete(world: World, deployment: Deployment): boolean {
  const { id, rollbackOf, joinedId } = deployment;
  if (isLive(deployment) && deployment.started === null && isWithdrawn(world, deployment)) return true;
  if (!isStanding(deployment) || isOver(world, deployment) || rollbackOf !== null || joinedId !== null) return false;
  const { ordering, refusesOutdated } = demands(world, deployment);
  return (
    (isStepBack(world, deployment) && (refusesOutdated || ordering !== "sequential")) ||
    (ordering === "latest" && (newestBeside(world, deployment)?.id ?? id) !== id)
  );
}

/** Whether a higher sequence of its component and scope has started in this cell. */
export function isStepBack(world: World, deployment: Pick<Deployment, "sequence" | keyof MarkOf>): boolean {
  const mark = world.marks[markName(deployment)];
  return mark !== undefined && deployment.sequence !== null && deployment.sequence < mark;
}

/** The highest sequence of the scope that entered last; without a sequence, what entered last. */
function newestBeside(world: World, { environment, cell, component, priority }: Deployment): Deployment | undefined {
  const members = world.deployments.filter(
    (one) =>
      isLive(one) &&
      one.environment === environment &&
      one.cell === cell &&
      one.component === component &&
      one.priority === priority &&
      one.hold !== "outside" &&
      one.rollbackOf === null &&
      one.joinedId === null &&
      !isOver(world, one) &&
      (one.started !== null || !isStepBack(world, one)),
  );
  const last = members.at(-1);
  return members
    .filter((one) => one === last || (one.sequence !== null && last?.sequence !== null && one.scope === last?.scope))
    .sort((one, other) => (other.sequence ?? 0) - (one.sequence ?? 0) || other.id - one.id)[0];
}

interface MarkOf {
  readonly environment: string;
  readonly cell: number;
  readonly component: string;
  readonly scope: string | null;
}

function markName({ environment, cell, component, scope }: MarkOf): string {
  return JSON.stringify([environment, cell, component, scope]);
}

/** The world once a deployment has started: what has a lower sequence is a step back from then on, unless this one goes back itself. */
export function marked(world: World, started: Deployment): World {
  const { sequence, rollbackOf } = started;
  const undone = world.deployments.find(({ id }) => id === rollbackOf);
  const { [markName(undone ?? started)]: _, ...others } = world.marks;
  const marks = undone === undefined ? world.marks : others;
  const before = marks[markName(started)] ?? -1;
  if (sequence === null || (sequence < before && rollbackOf === null)) return { ...world, marks };
  return { ...world, marks: { ...marks, [markName(started)]: sequence } };
}
