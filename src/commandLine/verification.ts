import { InvalidValueError } from "../database/errors.js";
import type { WorkOptions } from "../supervision/superviseCommands.js";
import { parseDuration } from "../text/durations.js";
import { optionalName, optionalValue } from "./values.js";

/** The options of a command that sees whether what it deployed works. */
export const verificationOptions = {
  verify: () =>
    optionalName(
      "--verify",
      "After the command, this must succeed before the deployment finishes; a shell runs it (sh -c)",
    ),
  verifyFor: () => optionalValue("--verify-for", "It must succeed once within this time; 5m by default", parseDuration),
  verifyEvery: () =>
    optionalValue("--verify-every", "How often it is run, and how long a run may take; 10s by default", parseDuration),
  verifyHold: () =>
    optionalValue(
      "--verify-hold",
      "For this long, each run after the first success must succeed; 0 by default",
      parseDuration,
    ),
  onFailure: () =>
    optionalName("--on-failure", "When the command or the check fails, run this while the cell is still held (sh -c)"),
} as const;

interface Given {
  readonly verify: string | undefined;
  readonly verifyFor: number | undefined;
  readonly verifyEvery: number | undefined;
  readonly verifyHold: number | undefined;
}

/** @throws InvalidValueError when there is nothing to verify with, or the check is to run without a pause */
export function verificationOf({ verify, verifyFor, verifyEvery, verifyHold }: Given): WorkOptions["verification"] {
  const options = { "--verify-for": verifyFor, "--verify-every": verifyEvery, "--verify-hold": verifyHold };
  const [needless] = Object.entries(options).find(([, value]) => value !== undefined) ?? [];
  if (verify === undefined && needless !== undefined) {
    throw new InvalidValueError(`${needless} needs --verify`);
  }
  if (verifyEvery !== undefined && verifyEvery < 100) {
    throw new InvalidValueError("--verify-every must be 100ms or more");
  }
  return verify === undefined
    ? undefined
    : { check: verify, within: verifyFor ?? 300_000, every: verifyEvery ?? 10_000, hold: verifyHold ?? 0 };
}
