import { Type } from "typebox";

const text = (description: string, longest: number) => Type.String({ description, maxLength: longest });
/** At most a hundred years. */
const seconds = (description: string) =>
  Type.Number({ description: `${description}, in seconds`, minimum: 0, maximum: 3_155_760_000 });
const moment = (description: string) => Type.String({ description, format: "date-time" });
const nullable = <Schema extends ReturnType<typeof Type.String>>(schema: Schema) => Type.Union([schema, Type.Null()]);

export const DeploymentId = Type.Integer({
  minimum: 1,
  maximum: Number.MAX_SAFE_INTEGER,
  description: "Id of a deployment",
});

export const priority = Type.Integer({
  ...{ minimum: -2_147_483_648, maximum: 2_147_483_647 },
  description: "A higher one goes first",
});

export const Place = {
  environment: text("Such as prod", 50),
  cloud_provider: text("Such as aws", 100),
  region: text("Such as us-west-2", 100),
  cell_index: Type.Integer({ minimum: 0, maximum: 2_147_483_647, description: "Which of the cells there" }),
};

/** What names the work. */
export const Work = {
  ...Place,
  component: text("What is deployed, such as api", 200),
  version: Type.Optional(text("Which version of it", 200)),
  url: Type.Optional(text("Where people see it, http or https", 2_000)),
  note: Type.Optional(text("For those who wait behind", 10_000)),
  concurrency_key: Type.Optional(text("Deployments with the same key may run side by side", 200)),
  artifact: Type.Optional(text("What is deployed, such as a digest", 500)),
  sequence: Type.Optional(
    Type.Integer({
      ...{ minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
      description: "Run number: those of a component stand in its order",
    }),
  ),
  sequence_scope: Type.Optional(text("What the sequence counts", 500)),
  priority: Type.Optional(priority),
};

const word = Type.String();

export const Deployment = Type.Object(
  {
    deployment_id: DeploymentId,
    status: Type.Optional(Type.String({ description: "Such as queued, running, finished or cancelled" })),
    ...{ environment: word, cloud_provider: word, region: word, cell_index: Type.Integer(), component: word },
    version: nullable(Type.String()),
    entered_by: nullable(Type.String({ description: "Who entered it, as the server has verified" })),
    actor: nullable(Type.String({ description: "Who entered it, as the caller says" })),
    created_at: moment("When it entered"),
    start_timestamp: nullable(moment("When it started")),
    finish_timestamp: nullable(moment("When it finished")),
    cancellation_timestamp: nullable(moment("When it was cancelled")),
  },
  { $id: "Deployment", additionalProperties: true, description: "A deployment; docs/json.md has all fields" },
);

/** A deployment in an answer, as OpenAPI refers to it. */
export const DeploymentRef = Type.Ref("Deployment");

export const Entry = Type.Object(
  {
    ...Work,
    start: Type.Optional(Type.Boolean({ description: "It starts at once when it may" })),
    heartbeat: Type.Optional(Type.Boolean({ description: "Heartbeats will come; it is reaped when they stop" })),
    max_duration: Type.Optional(seconds("It is reaped when it runs for longer")),
    hold: Type.Optional(Type.Union([Type.Literal("outside"), Type.Literal("in-line")])),
    not_before: Type.Optional(moment("It does not start before")),
    not_after: Type.Optional(moment("It starts before, or not at all")),
    command: Type.Optional(Type.Array(Type.String(), { description: "What its release runs" })),
    keeper: Type.Optional(text("The name that its process draws for itself", 200)),
    stop_grace: Type.Optional(seconds("Within how long its keeper ends the work when asked to")),
    parent_id: Type.Optional(DeploymentId),
    join_parent: Type.Optional(Type.Boolean({ description: "It runs in the hold of its parent" })),
    rollback_of: Type.Optional(DeploymentId),
    reserve_for: Type.Optional(seconds("It keeps its place until it is redeemed, for so long")),
    confirmation: Type.Optional(text("The phrase that the environment asks for", 100)),
  },
  { additionalProperties: false },
);

export const StartAttempt = Type.Object(
  {
    started: Type.Boolean(),
    look_again_in: Type.Union([Type.Number({ description: "Seconds until it is of use to ask again" }), Type.Null()]),
    waiting_on: Type.Array(Type.Object({}, { additionalProperties: true })),
    deployment: DeploymentRef,
  },
  { $id: "StartAttempt", description: "Whether it has started, and what it waits for otherwise" },
);
export const StartAttemptRef = Type.Ref("StartAttempt");

const choice = (description: string, ...values: readonly string[]) =>
  Type.Optional(
    Type.Union(
      values.map((value) => Type.Literal(value)),
      { description },
    ),
  );

/** What an environment demands, and what a component may demand otherwise. What is left out stays as it is. */
export const Policies = {
  buffer_time: Type.Optional(seconds("How long a cell cools down after a finish")),
  heartbeat_timeout: Type.Optional(seconds("How long a lease lasts after a heartbeat")),
  max_duration: Type.Optional(seconds("What runs for longer is reaped")),
  unkept_after: Type.Optional(seconds("What runs without heartbeats for longer needs a look")),
  ordering: choice("Which of those that wait run", "sequential", "latest", "latest-ready"),
  slots: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, description: "How many may run in a cell at once" })),
  refuse_outdated: Type.Optional(Type.Boolean({ description: "Nothing starts with a lower sequence than started" })),
  max_reservation: Type.Optional(seconds("For how long a place may be reserved")),
  confirmation: Type.Optional(text("The phrase that a deployment must bring; empty: none", 100)),
  approvals: Type.Optional(Type.Integer({ minimum: 0, maximum: 10, description: "How many others must approve" })),
  approvers: Type.Optional(text("The role that they need", 200)),
  promote_from: Type.Optional(text("The environment in which the version must have finished", 50)),
  promotion_cells: choice("Where it must have finished there", "same-region", "any", "all"),
  soak: Type.Optional(seconds("How long ago it must have finished there")),
  same_artifact: Type.Optional(Type.Boolean({ description: "It must have been the same artifact" })),
  require_checks: Type.Optional(
    Type.Array(text("Name of a check", 100), { maxItems: 100, description: "Checks that must have passed" }),
  ),
  require_verification: Type.Optional(Type.Boolean({ description: "It finishes only when it has been verified" })),
  gate_rollbacks: Type.Optional(Type.Boolean({ description: "A rollback needs promotion and checks, too" })),
  hold_after_failure: Type.Optional(Type.Boolean({ description: "The line of a cell stops after a failure there" })),
  log: Type.Optional(Type.Boolean({ description: "What commands print is kept without being asked for" })),
  log_limit: Type.Optional(
    Type.Integer({ minimum: 65_536, maximum: 1_073_741_824, description: "Bytes that are kept of each deployment" }),
  ),
  log_retention: Type.Optional(seconds("For how long logs are kept after the end")),
};

/** A piece of what the work of a deployment has printed. */
export const LogChunk = Type.Object({
  position: Type.Integer({ minimum: 1 }),
  logged_at: moment("When it was printed"),
  stream: Type.Union([Type.Literal("stdout"), Type.Literal("stderr"), Type.Literal("note")]),
  content: Type.String(),
});

/** Fields that are to be as if they had never been set. */
export const Without = Type.Optional(
  Type.Array(text("Name of a field", 100), { maxItems: 100, description: "Fields to take back" }),
);

export const Anything = Type.Object({}, { additionalProperties: true });
export { moment, seconds, text };
