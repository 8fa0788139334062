import { checksOf, shutChecks } from "./checks.js";
import { demands } from "./policies.js";
import type { Deployment, Reason, World } from "./world.js";

type Candidate = Pick<Deployment, "environment" | "component" | "version" | "rollbackOf"> &
  Partial<Pick<Deployment, "joinedId">>;

/** Whether its version was marked bad. A rollback goes back to what has finished there before, and a part stands in no line. */
export function isWithdrawn(world: World, one: Candidate): boolean {
  const { component, version, joinedId = null } = one;
  return joinedId === null && !goesBack(world, one) && world.badVersions.includes(`${component}/${version}`);
}

function goesBack(world: World, one: Candidate): boolean {
  const isSame = (other: Deployment) =>
    (["environment", "component", "version"] as const).every((what) => other[what] === one[what]);
  const passesGates = one.rollbackOf !== null && !demands(world, one).gatesRollbacks;
  return passesGates && world.deployments.some((other) => isSame(other) && other.finished !== null);
}

/** Whether what its holder has passed does not let it in: another version, which was marked bad, is not approved, or lacks a gate of its own. */
export function isForeignPart(world: World, part: Candidate, stood: Deployment): boolean {
  if (part.component === stood.component && part.version === stood.version) return false;
  if (isWithdrawn(world, { ...part, joinedId: null }) || goesBackToNothing(world, part)) return true;
  if (demands(world, part).approvals > 0 && part.version !== stood.version) return true;
  return unpromoted(world, part).length > 0 || shutChecks(world, part).length > 0;
}

/**
 * Why it does not enter the line: its version was marked bad, or it has none and is to be promoted or checked, or it says to go back to one
 * that was never there.
 */
export function refusalByVersion(world: World, one: Candidate): string | undefined {
  if (isWithdrawn(world, one)) return "QD062";
  if (goesBackToNothing(world, one)) return "QD061";
  const isFoundByVersion = isPromoted(world, one) || checksOf(world, one).length > 0;
  return one.version === "" && isFoundByVersion ? "QD061" : undefined;
}

function goesBackToNothing(world: World, one: Candidate): boolean {
  const { promotesFrom, checks, gatesRollbacks } = demands(world, one);
  const passesGates = one.rollbackOf !== null && !gatesRollbacks && (promotesFrom !== "" || checks.length > 0);
  return passesGates && !goesBack(world, one);
}

/** Where its version has to finish first: nowhere yet, or not long enough ago. */
export function unpromoted(world: World, one: Candidate): Reason[] {
  if (!isPromoted(world, one)) return [];
  const opens = promotedAt(world, one);
  return opens <= world.now ? [] : [{ kind: "promotion", by: null, until: Number.isFinite(opens) ? opens : null }];
}

function isPromoted(world: World, one: Candidate): boolean {
  const { promotesFrom, gatesRollbacks } = demands(world, one);
  return promotesFrom !== "" && (one.rollbackOf === null || gatesRollbacks);
}

/** When it first finished there, in one cell or in the last of them, and for how long it soaks. */
function promotedAt(world: World, one: Candidate): number {
  const { promotesFrom, soak, promotesFromAll } = demands(world, one);
  if (world.badVersions.includes(`${one.component}/${one.version}`)) return Number.POSITIVE_INFINITY;
  const there = world.deployments.filter(({ environment }) => environment === promotesFrom);
  const cells = new Set(there.map(({ cell }) => cell));
  const firsts = [...cells].map((cell) => {
    const finishes = there.filter(
      (other) => other.cell === cell && other.component === one.component && other.version === one.version,
    );
    return Math.min(Number.POSITIVE_INFINITY, ...finishes.map(({ finished }) => finished ?? Number.POSITIVE_INFINITY));
  });
  const isEmpty = firsts.length === 0;
  return isEmpty ? Number.POSITIVE_INFINITY : (promotesFromAll ? Math.max(...firsts) : Math.min(...firsts)) + soak;
}

/** Whether an environment would promote from itself, if not at once: for all components, or for one of them. */
export function isInCircle(world: World, environment: string): boolean {
  return ["", "api", "web"].some((component) => {
    const passed = new Set<string>();
    for (let at = environment; at !== "" && !passed.has(at); ) {
      passed.add(at);
      at = demands(world, { environment: at, component }).promotesFrom;
      if (at === environment) return true;
    }
    return false;
  });
}
