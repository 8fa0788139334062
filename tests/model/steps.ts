import fc from "fast-check";

/** Where something is done: by a function of the queue or by a plain statement. */
export type Means = "function" | "statement";

/**
 * What somebody does. `which` picks a deployment by its place among those there are, or, where it is to be apt, among those
 * for which the act makes sense.
 */
export type Act =
  | {
      readonly act: "enqueue";
      readonly by: Means;
      readonly environment: string;
      readonly cell: number;
      readonly key: string | null;
      readonly version: string;
      readonly heartbeat: boolean;
      readonly maxDuration: number | null;
      readonly priority: number;
      readonly hold: "outside" | "in-line" | null;
      /** Minutes from now. */
      readonly notBefore: number | null;
      readonly notAfter: number | null;
    }
  | { readonly act: "insert running"; readonly environment: string; readonly cell: number; readonly key: string | null }
  | {
      readonly act: "start" | "finish" | "cancel" | "heartbeat" | "release";
      readonly by: Means;
      readonly which: number;
      readonly apt: boolean;
    }
  | {
      readonly act: "bump";
      readonly by: Means;
      readonly which: number;
      readonly apt: boolean;
      readonly priority: number;
    }
  | { readonly act: "purge"; readonly which: number; readonly apt: boolean }
  | { readonly act: "freeze"; readonly environment: string; readonly cell: number | null; readonly key: string | null }
  | { readonly act: "thaw"; readonly environment: string }
  /** Minutes from now. */
  | { readonly act: "add window"; readonly environment: string; readonly opens: number; readonly closes: number }
  | { readonly act: "remove window"; readonly environment: string }
  | { readonly act: "cancel version"; readonly version: string }
  | { readonly act: "cancel location"; readonly environment: string; readonly cell: number | null }
  | { readonly act: "reap" }
  | { readonly act: "change key"; readonly which: number; readonly apt: boolean; readonly key: string | null }
  | {
      readonly act: "set environment";
      readonly by: Means;
      readonly environment: string;
      /** Minutes; null leaves it. */
      readonly buffer: number | null;
      readonly timeout: number | null;
    };

/** Time passes, or somebody acts on one of the connections, in a transaction that may be rolled back. */
export type Step =
  | { readonly step: "wait"; readonly minutes: number }
  | { readonly step: "act"; readonly on: number; readonly rolledBack: boolean; readonly what: Act };

const by = fc.constantFrom<Means>("function", "statement");
const environment = fc.constantFrom("a", "a", "b");
const cell = fc.constantFrom(0, 0, 0, 1);
const key = fc.constantFrom(null, "x", "x", "y");
const version = fc.constantFrom("v1", "v2");
const which = fc.nat({ max: 9 });
const apt = fc.constantFrom(true, true, true, false);

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 7,
    arbitrary: fc.record({
      act: fc.constant("enqueue" as const),
      ...{ by, environment, cell, key, version, heartbeat: fc.boolean() },
      maxDuration: fc.constantFrom(null, null, 7.5),
      priority: fc.constantFrom(0, 0, 0, 0, 1),
      hold: fc.constantFrom(null, null, null, null, "outside" as const, "in-line" as const),
      notBefore: fc.constantFrom(null, null, null, null, 4),
      notAfter: fc.constantFrom(null, null, null, null, 5.5),
    }),
  },
  { weight: 8, arbitrary: fc.record({ act: fc.constant("start" as const), by, which, apt }) },
  { weight: 6, arbitrary: fc.record({ act: fc.constantFrom("finish" as const, "cancel" as const), by, which, apt }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("heartbeat" as const), by, which, apt }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant("release" as const), by, which, apt }) },
  {
    weight: 1,
    arbitrary: fc.record({ act: fc.constant("bump" as const), by, which, apt, priority: fc.constantFrom(0, 1, 2) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant("freeze" as const),
      ...{ environment, cell: fc.constantFrom(null, null, 0), key: fc.constantFrom(null, "x") },
    }),
  },
  { weight: 2, arbitrary: fc.record({ act: fc.constant("thaw" as const), environment }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("purge" as const), which, apt }) },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant("add window" as const),
      ...{ environment, opens: fc.constantFrom(-1, 3), closes: fc.constantFrom(5, 9) },
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("remove window" as const), environment }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("insert running" as const), environment, cell, key }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("cancel version" as const), version }) },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant("cancel location" as const),
      ...{ environment, cell: fc.constantFrom(null, 0, 1) },
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("reap" as const) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("change key" as const), which, apt, key }) },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant("set environment" as const),
      ...{ by, environment, buffer: fc.constantFrom(null, 0, 2, 5), timeout: fc.constantFrom(null, null, 4.5, 10.5) },
    }),
  },
);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ step: fc.constant("wait" as const), minutes: fc.constantFrom(1, 2, 6, 11) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      step: fc.constant("act" as const),
      on: fc.nat({ max: 2 }),
      rolledBack: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
      what: act,
    }),
  },
);

export const program: fc.Arbitrary<Step[]> = fc.array(step, { minLength: 2, maxLength: 24, size: "max" });

/**
 * A step as a line of a script that a person reads: what is not said is nothing.
 * @param target the id of the deployment that it is about
 */
export function describeStep(step: Step, target: number | undefined): string {
  if (step.step === "wait") return `${step.minutes} minutes pass`;
  const { act, ...details } = step.what;
  const said = Object.entries(details).filter(
    ([name, value]) => !["which", "apt"].includes(name) && value !== null && value !== false,
  );
  const whom = "which" in step.what ? ` ${target ?? "nobody"}` : "";
  const how = said.map(([name, value]) => `, ${name} ${value}`).join("");
  return `connection ${step.on}: ${act}${whom}${how}${step.rolledBack ? "; rolled back" : ""}`;
}
