import { type Static, Type } from "typebox";

const strict = { additionalProperties: false } as const;
const text = { minLength: 1 } as const;
const Duration = Type.Optional(Type.String({ ...text, description: "a duration such as 10m" }));
const Texts = Type.Array(Type.String(text));

/** A value, or where it is to be found: then it is a secret. */
const Variable = Type.Union(
  [
    Type.String(),
    Type.Object({ file: Type.String(text) }, strict),
    Type.Object({ environment: Type.String(text) }, strict),
    Type.Object({ command: Type.Array(Type.String(), { minItems: 1 }) }, strict),
  ],
  { description: "a text (a number needs quotes), {file: …}, {environment: …} or {command: [program, argument]}" },
);

const Stage = Type.Object(
  {
    refs: Type.Optional(Texts),
    env: Type.Optional(Type.Record(Type.String(), Variable)),
    env_file: Type.Optional(Type.Boolean()),
  },
  strict,
);

const Target = Type.Object(
  {
    component: Type.String(text),
    cell: Type.Object(
      {
        environment: Type.String(text),
        provider: Type.String(text),
        region: Type.String(text),
        index: Type.Integer({ minimum: 0 }),
      },
      strict,
    ),
    directories: Type.Array(Type.String(text), { minItems: 1 }),
    refs: Type.Optional(Texts),
    user: Type.Optional(Type.String(text)),
    commands: Type.Array(Type.String(text), { minItems: 1 }),
    last_command: Type.Optional(
      Type.Union([Type.Literal("any"), Type.Array(Type.String(text), { minItems: 1 })], {
        description: "any, or a list of patterns",
      }),
    ),
    shell: Type.Optional(Type.Boolean()),
    stages: Type.Optional(Type.Record(Type.String(), Stage)),
    command_timeout: Duration,
    timeout: Duration,
    grace_period: Duration,
    log_limit: Type.Optional(Type.String({ ...text, description: "a size such as 10MiB" })),
    verify: Type.Optional(Type.String(text)),
    verify_for: Duration,
    verify_every: Duration,
    verify_hold: Duration,
    on_failure: Type.Optional(Type.String(text)),
  },
  strict,
);

/** agent.yaml, as it is written. */
export const AgentFile = Type.Object(
  {
    name: Type.Optional(Type.String(text)),
    deployments_at_once: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
    targets: Type.Record(Type.String(), Target, { minProperties: 1 }),
  },
  strict,
);

export type WrittenTarget = Static<typeof Target>;
export type WrittenStage = Static<typeof Stage>;
export type WrittenVariable = Static<typeof Variable>;
