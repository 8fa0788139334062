import { groupsOf } from "./groups.js";
import { slotsOfCell, slotsOfComponent } from "./policies.js";
import { status } from "./states.js";
import type { Deployment, Reason, World } from "./world.js";

export interface Obstacle {
  readonly reason: Reason;
  readonly other: Deployment;
}

/** Those with a common key share a slot, and so do a holder and the parts of its work. */
export function slotKey({ id, key, joinedId }: Deployment): string {
  return key === null ? `id ${joinedId ?? id}` : `key ${key}`;
}

/**
 * Of those that would each be in its way in a cell with one slot, those that are: none, while they leave a slot free both to the
 * cell and to its component. What waits for the limit of its component takes no slot.
 */
export function blockersAmong(world: World, deployment: Deployment, obstacles: readonly Obstacle[]): Reason[] {
  const slots = slotsOfCell(world, deployment);
  if (slots === 1) return obstacles.map(({ reason }) => reason);
  const ofOwn = obstacles.filter(({ other }) => other.component === deployment.component);
  const taking = obstacles.filter((one) => takesSlot(world, one, obstacles));
  const freeAt = Math.max(momentOfRoom(taking, slots), momentOfRoom(ofOwn, slotsOfComponent(world, deployment)));
  const inTheWay = (one: Obstacle) =>
    (momentOfRoom(taking, slots) > Number.NEGATIVE_INFINITY &&
      taking.some(({ other }) => slotKey(other) === slotKey(one.other))) ||
    (momentOfRoom(ofOwn, slotsOfComponent(world, deployment)) > Number.NEGATIVE_INFINITY && ofOwn.includes(one));
  return obstacles.filter(inTheWay).map(({ reason }) => {
    const until = Math.min(reason.until ?? Number.POSITIVE_INFINITY, freeAt);
    return { ...reason, until: until === Number.POSITIVE_INFINITY ? null : until };
  });
}

/** When so few of the slots that they take are left that there is room for one more; -Infinity: there is. */
function momentOfRoom(obstacles: readonly Obstacle[], slots: number): number {
  const ends = [...bySlot(obstacles).values()]
    .map((shared) => Math.max(...shared.map(({ reason }) => reason.until ?? Number.POSITIVE_INFINITY)))
    .sort((one, other) => one - other);
  return ends[ends.length - slots] ?? Number.NEGATIVE_INFINITY;
}

/** Whether it has started, or is among the first of its component that find room within its limit. */
function takesSlot(world: World, { other }: Obstacle, obstacles: readonly Obstacle[]): boolean {
  const ofComponent = bySlot(obstacles.filter((one) => one.other.component === other.component));
  const shared = ofComponent.get(slotKey(other)) ?? [];
  if (shared.some(hasStarted)) return true;
  const groups = [...ofComponent.values()];
  const first = (group: readonly Obstacle[]) => group.map((one) => one.other).sort(inLine)[0] ?? other;
  const waiting = groups.filter((group) => !group.some(hasStarted)).sort((a, b) => inLine(first(a), first(b)));
  return groups.length - waiting.length + waiting.indexOf(shared) < slotsOfComponent(world, other);
}

export function inLine(one: Deployment, other: Deployment): number {
  return other.priority - one.priority || one.place - other.place;
}

const hasStarted = ({ reason }: Obstacle): boolean => reason.kind !== "queued";

const bySlot = (obstacles: readonly Obstacle[]) => groupsOf(obstacles, ({ other }) => slotKey(other));

/** The slot that it takes with its start: that of those with which it shares one, else the first that nothing runs or buffers in. */
export function slotFor(world: World, deployment: Deployment): number {
  const there = world.deployments.filter(
    ({ environment, cell }) => environment === deployment.environment && cell === deployment.cell,
  );
  const running = there.filter((one) => ["running", "verifying", "stopping"].includes(status(world, one)));
  // Where there is one slot, only what shares it, or was started past the rules, starts while another one buffers.
  const hasOneSlot = slotsOfCell(world, deployment) === 1;
  const buffering = there.filter(
    (one) => !hasOneSlot && status(world, one) === "buffering" && one.id !== deployment.rollbackOf,
  );
  const slotsOfIts = (others: readonly Deployment[]) =>
    others.filter((one) => slotKey(one) === slotKey(deployment)).map(({ slot }) => slot ?? 1);
  const [shared] = [slotsOfIts(running), slotsOfIts(buffering)].filter((slots) => slots.length > 0);
  if (shared !== undefined) return Math.min(...shared);
  const taken = new Set([...running, ...buffering].map(({ slot }) => slot));
  return [...Array(taken.size + 1).keys()].map((index) => index + 1).find((slot) => !taken.has(slot)) ?? 1;
}
