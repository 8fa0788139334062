import fc from "fast-check";
import type { Act, Approver, Means } from "./acts.js";
import type { Place, ComponentDemands as Policies } from "./world.js";

/** Time passes, or a client acts on one of the connections; more than one act is a transaction, as is what is rolled back. */
export type Step =
  | { readonly step: "wait"; readonly minutes: number; readonly quiet: boolean }
  | { readonly step: "act"; readonly on: number; readonly rolledBack: boolean; readonly acts: readonly Act[] };

const place = fc.constantFrom<Place[]>(
  [],
  [],
  ["aws", "model", 0],
  ["aws", "model"],
  ["aws", "elsewhere"],
  ["aws"],
  ["gcp"],
);
const by = fc.constantFrom<Means>("function", "statement");
const environment = fc.constantFrom("a", "a", "b", "b", "c", "d");
const cell = fc.constantFrom(0, 0, 0, 1);
const key = fc.constantFrom(null, "x", "x", "y");
const component = fc.constantFrom("api", "api", "web");
const version = fc.constantFrom("v1", "v2");
const policies = fc.record<Policies>({
  bufferTime: fc.constantFrom(null, null, 0, 2, 5),
  heartbeatTimeout: fc.constantFrom(null, null, null, 0.75, 4.5, 10.5),
  slots: fc.constantFrom(null, null, 1, 2, 3),
  ordering: fc.constantFrom<Policies["ordering"][]>(null, null, "sequential", "latest", "latest-ready"),
  refusesOutdated: fc.constantFrom(null, null, true, false),
  checks: fc.constantFrom(null, null, null, [], ["e2e"], ["e2e", "load"]),
  requiresVerification: fc.constantFrom(null, null, null, true, false),
  holdsAfterFailure: fc.constantFrom(null, null, true, false),
  confirmation: fc.constantFrom(null, null, null, "yes", ""),
  approvals: fc.constantFrom(null, null, null, null, 0, 1, 2),
  promotesFrom: fc.constantFrom(null, null, null, "", "a", "b"),
  promotesFromAll: fc.constantFrom(null, null, true, false),
  soak: fc.constantFrom(null, null, 0, 3.25),
  gatesRollbacks: fc.constantFrom(null, null, true, false),
});
const which = fc.nat({ max: 9 });
const apt = fc.constantFrom(true, true, true, false);
const heartbeat = fc.boolean();
const keeper = fc.constantFrom(null, null, "kim", "lee");
const phrase = fc.constantFrom("yes", "yes", "yes", null, "no");
const stopGrace = fc.constantFrom(null, 1.25, 3.75);

interface Choice {
  readonly weight: number;
  readonly names: readonly Act["act"][];
  readonly arbitrary: fc.Arbitrary<Act>;
}

const choices: readonly Choice[] = [
  {
    weight: 7,
    names: ["enqueue"],
    arbitrary: fc.record({
      act: fc.constant("enqueue" as const),
      ...{ by, environment, cell, key, component, version, heartbeat, stopGrace },
      sequence: fc.constantFrom(null, null, 1, 2, 3, 4),
      scope: fc.constantFrom(null, null, "other"),
      reserveFor: fc.constantFrom(null, null, null, null, null, null, 3.25, 8.25),
      rollback: fc.constantFrom(false, false, false, false, false, true),
      rollbackOf: fc.constant(null),
      keeper,
      idempotencyKey: fc.constantFrom(null, null, null, "one", "other"),
      confirmation: phrase,
      maxDuration: fc.constantFrom(null, null, null, 1.5, 7.5),
      priority: fc.constantFrom(0, 0, 0, 0, 1),
      hold: fc.constantFrom(null, null, null, null, "outside" as const, "in-line" as const),
      notBefore: fc.constantFrom(null, null, null, null, 0.25, 4.25),
      notAfter: fc.constantFrom(null, null, null, null, 5.25),
      start: fc.constantFrom(false, false, true),
      join: fc.boolean(),
      ...{ which, apt },
    }),
  },
  {
    weight: 8,
    names: ["start"],
    arbitrary: fc.record({ act: fc.constant("start" as const), by, which, apt, heartbeat, keeper, stopGrace }),
  },
  {
    weight: 3,
    names: ["finish"],
    arbitrary: fc.record({ act: fc.constant("finish" as const), by, which, apt, verified: fc.boolean() }),
  },
  {
    weight: 3,
    names: ["cancel"],
    arbitrary: fc.record({ act: fc.constant("cancel" as const), by, which, apt }),
  },
  {
    weight: 2,
    names: ["verify"],
    arbitrary: fc.record({ act: fc.constant("verify" as const), by, which, apt }),
  },
  {
    weight: 2,
    names: ["heartbeat"],
    arbitrary: fc.record({ act: fc.constant("heartbeat" as const), by, which, apt, keeper }),
  },
  {
    weight: 3,
    names: ["confirm stop", "fail", "force"],
    arbitrary: fc.record({
      act: fc.constantFrom("confirm stop" as const, "fail" as const, "force" as const),
      ...{ which, apt },
    }),
  },
  {
    weight: 4,
    names: ["release"],
    arbitrary: fc.record({
      ...{ act: fc.constant("release" as const), by, which, apt, heartbeat },
      releaseKey: fc.constantFrom(null, "one"),
      confirmation: phrase,
    }),
  },
  {
    weight: 2,
    names: ["confirm"],
    arbitrary: fc.record({
      ...{ act: fc.constant("confirm" as const), by, which, apt },
      confirmation: fc.constantFrom("yes", "yes", "no"),
    }),
  },
  {
    weight: 3,
    names: ["approve", "disapprove"],
    arbitrary: fc.record({
      act: fc.constantFrom("approve" as const, "approve" as const, "approve" as const, "disapprove" as const),
      as: fc.constantFrom<Approver[]>("ann", "ann", "bob", "bob", "owner"),
      ...{ which, apt },
    }),
  },
  {
    weight: 1,
    names: ["bump"],
    arbitrary: fc.record({ act: fc.constant("bump" as const), by, which, apt, priority: fc.constantFrom(0, 1, 2) }),
  },
  {
    weight: 1,
    names: ["freeze"],
    arbitrary: fc.record({
      act: fc.constant("freeze" as const),
      ...{ environment, place, key: fc.constantFrom(null, "x") },
    }),
  },
  { weight: 2, names: ["thaw"], arbitrary: fc.record({ act: fc.constant("thaw" as const), environment }) },
  {
    weight: 2,
    names: ["allow", "start now"],
    arbitrary: fc.record({ act: fc.constantFrom("allow" as const, "start now" as const), which, apt }),
  },
  {
    weight: 2,
    names: ["hold line", "release line"],
    arbitrary: fc.record({
      act: fc.constantFrom("hold line" as const, "release line" as const, "release line" as const),
      which,
      apt,
    }),
  },
  { weight: 1, names: ["purge"], arbitrary: fc.record({ act: fc.constant("purge" as const), which, apt }) },
  {
    weight: 1,
    names: ["add window"],
    arbitrary: fc.record({
      act: fc.constant("add window" as const),
      ...{ environment, opens: fc.constantFrom(-1, 3), closes: fc.constantFrom(5, 9) },
    }),
  },
  {
    weight: 1,
    names: ["remove window"],
    arbitrary: fc.record({ act: fc.constant("remove window" as const), environment }),
  },
  {
    weight: 1,
    names: ["insert running"],
    arbitrary: fc.record({ act: fc.constant("insert running" as const), environment, cell, component, key }),
  },
  {
    weight: 2,
    names: ["redeem"],
    arbitrary: fc.record({
      ...{ act: fc.constant("redeem" as const), which, apt, heartbeat, keeper, stopGrace },
      version: fc.constantFrom(null, null, "v1"),
      confirmation: phrase,
    }),
  },
  {
    weight: 1,
    names: ["cancel version"],
    arbitrary: fc.record({ act: fc.constant("cancel version" as const), component, version }),
  },
  {
    weight: 1,
    names: ["cancel location"],
    arbitrary: fc.record({
      act: fc.constant("cancel location" as const),
      ...{ environment, cell: fc.constantFrom(null, 0, 1) },
    }),
  },
  {
    weight: 3,
    names: ["report check"],
    arbitrary: fc.record({
      ...{ act: fc.constant("report check" as const), component, version, name: fc.constantFrom("e2e", "e2e", "load") },
      passed: fc.constantFrom(true, true, true, false),
      expiresIn: fc.constantFrom(null, null, 3.25),
    }),
  },
  { weight: 2, names: ["reap"], arbitrary: fc.record({ act: fc.constant("reap" as const) }) },
  {
    weight: 1,
    names: ["change key"],
    arbitrary: fc.record({ act: fc.constant("change key" as const), which, apt, key }),
  },
  {
    weight: 3,
    names: ["set environment"],
    arbitrary: fc.record({ act: fc.constant("set environment" as const), by, environment, policies }),
  },
  {
    weight: 2,
    names: ["set component"],
    arbitrary: fc
      .record({
        ...{ act: fc.constant("set component" as const), environment, component, policies },
        by: fc.constantFrom<Means>("function", "function", "statement"),
        without: fc.subarray<keyof Policies>(
          [
            "bufferTime",
            "heartbeatTimeout",
            "slots",
            "checks",
            "ordering",
            "refusesOutdated",
            "requiresVerification",
            "holdsAfterFailure",
            "confirmation",
            "approvals",
            "promotesFrom",
            "promotesFromAll",
            "soak",
            "gatesRollbacks",
          ],
          {
            maxLength: 2,
          },
        ),
      })
      .map((act) => ({
        ...act,
        policies: { ...act.policies, ...Object.fromEntries(act.without.map((name) => [name, null])) },
      })),
  },
  {
    weight: 1,
    names: ["mark bad", "mark good"],
    arbitrary: fc.record({
      act: fc.constantFrom("mark bad" as const, "mark good" as const, "mark good" as const),
      ...{ component, version },
    }),
  },
  {
    weight: 1,
    names: ["set cell"],
    arbitrary: fc.record({
      act: fc.constant("set cell" as const),
      ...{ environment, cell, slots: fc.constantFrom(null, 1, 2, 3) },
    }),
  },
];

/** A step, or a client that repeats a request with an idempotency key; byAnother: a process that takes the place of the one before. */
type Draft =
  | Step
  | { readonly step: "again"; readonly on: number; readonly which: number; readonly byAnother: boolean };

const on = fc.nat({ max: 2 });

/** Such as `{ environment: "d", cell: 0 }`. */
export type Given = Readonly<Record<string, string | number | boolean | null>>;

/**
 * Most programs stay in one environment and each does without some details: where less is mixed, more comes together.
 * @param focus the acts that clients do; all, when it is not given
 * @param given details that all acts have in common
 */
export function programOf(focus?: readonly Act["act"][], given: Given = {}): fc.Arbitrary<Step[]> {
  const isChosen = ({ names }: Choice) => focus?.some((name) => names.includes(name)) ?? true;
  // With a focus, nothing is rare.
  const chosen = choices.filter(isChosen).map((one) => (focus ? { ...one, weight: Math.max(one.weight, 4) } : one));
  return fc
    .record({
      drafts: fc.array(draftOf(fc.oneof(...chosen)), { minLength: 2, maxLength: 24, size: "max" }),
      home: fc.oneof({ weight: 3, arbitrary: environment }, { weight: 1, arbitrary: fc.constant(undefined) }),
      without: fc.subarray(Object.entries(plain)),
      unchanged: fc.subarray(Object.entries(unsaid), { maxLength: 4 }),
    })
    .map(({ drafts, home, without, unchanged }) => {
      const simpler = (act: Act): Act => ({
        ...act,
        ...("environment" in act && home !== undefined && { environment: home }),
        ...(act.act === "enqueue" && Object.fromEntries(without)),
        ...("policies" in act && { policies: { ...act.policies, ...Object.fromEntries(unchanged) } }),
        ...Object.fromEntries(Object.entries(given).filter(([name]) => name in act)),
      });
      return asSteps(drafts).map((one) => (one.step === "act" ? { ...one, acts: one.acts.map(simpler) } : one));
    });
}

/** What a change of policies leaves as it is. */
export const unsaid: Policies = {
  ...{ bufferTime: null, heartbeatTimeout: null, slots: null },
  ...{ checks: null, ordering: null, refusesOutdated: null, requiresVerification: null },
  ...{ holdsAfterFailure: null, confirmation: null, approvals: null },
  ...{ promotesFrom: null, promotesFromAll: null, soak: null, gatesRollbacks: null },
};

/** What an enqueue does without. */
export const plain = {
  ...{ key: null, heartbeat: false, idempotencyKey: null, maxDuration: null, priority: 0, start: false, join: false },
  ...{ hold: null, notBefore: null, notAfter: null },
  ...{ sequence: null, scope: null, reserveFor: null, rollback: false },
} satisfies Partial<Extract<Act, { act: "enqueue" }>>;

const draftOf = (act: fc.Arbitrary<Act>): fc.Arbitrary<Draft> =>
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        step: fc.constant("wait" as const),
        minutes: fc.constantFrom(1, 2, 6, 11),
        quiet: fc.boolean(),
      }),
    },
    {
      weight: 48,
      arbitrary: fc.record({
        ...{ step: fc.constant("act" as const), on },
        rolledBack: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
        acts: fc.oneof({ weight: 7, arbitrary: fc.tuple(act) }, { weight: 1, arbitrary: fc.tuple(act, act) }),
      }),
    },
    { weight: 5, arbitrary: fc.record({ step: fc.constant("again" as const), on, which, byAnother: fc.boolean() }) },
  );

type Enqueue = Extract<Act, { readonly act: "enqueue" }>;

/** A client that got no answer asks again in the same words, maybe on another connection. */
function asSteps(drafts: readonly Draft[]): Step[] {
  const asked: Enqueue[] = [];
  return drafts.flatMap((draft): Step[] => {
    if (draft.step === "again") {
      const once = asked[draft.which % asked.length];
      if (once === undefined) return [];
      const keeper = draft.byAnother ? (once.keeper === "kim" ? "lee" : "kim") : once.keeper;
      return [{ step: "act", on: draft.on, rolledBack: false, acts: [{ ...once, keeper }] }];
    }
    if (draft.step === "act") {
      asked.push(...draft.acts.filter((one) => one.act === "enqueue").filter((one) => one.idempotencyKey !== null));
    }
    return [draft];
  });
}

/**
 * An act for a script that a person reads: what is not said is nothing.
 * @param target the id of the deployment that it is about
 */
export function describeAct({ act, ...details }: Act, target: number | undefined): string {
  const said = Object.entries(details).filter(
    ([name, value]) => !["which", "apt", "rollback"].includes(name) && value !== null && value !== false,
  );
  if (act === "enqueue" && target !== undefined) said.push(["parent", target]);
  const whom = "which" in details && act !== "enqueue" ? ` ${target ?? "no deployment"}` : "";
  const words = (value: unknown) => (typeof value === "object" ? JSON.stringify(value) : String(value));
  return `${act}${whom}${said.map(([name, value]) => `, ${name} ${words(value)}`).join("")}`;
}
