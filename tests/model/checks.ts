import { demands } from "./policies.js";
import type { Deployment, Reason, World } from "./world.js";

type Candidate = Pick<Deployment, "environment" | "component" | "version" | "rollbackOf">;

/** Those that have to pass for its version. */
export function checksOf(world: World, one: Candidate): readonly string[] {
  const { checks, gatesRollbacks } = demands(world, one);
  return one.rollbackOf === null || gatesRollbacks ? checks : [];
}

/** One that has no version cannot show its checks. */
export function shutChecks(world: World, one: Candidate): Reason[] {
  const names = checksOf(world, one);
  const hasPassed = (name: string) => {
    const check = world.checks[`${one.component}/${one.version}/${name}`];
    return check?.passed === true && (check.until === null || check.until > world.now);
  };
  const shut = one.version === "" ? names.slice(0, 1) : names.filter((name) => !hasPassed(name));
  return shut.map(() => ({ kind: "check", by: null, until: null }));
}
