import { Type } from "typebox";

const text = (description: string, longest: number) => Type.String({ description, maxLength: longest });
const seconds = (description: string) => Type.Number({ description: `${description}, in seconds`, minimum: 0 });
const moment = (description: string) => Type.String({ description, format: "date-time" });
const nullable = <Schema extends ReturnType<typeof Type.String>>(schema: Schema) => Type.Union([schema, Type.Null()]);

export const DeploymentId = Type.Integer({
  minimum: 1,
  maximum: Number.MAX_SAFE_INTEGER,
  description: "Id of a deployment",
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
    Type.Integer({ minimum: 0, description: "Run number: those of a component stand in its order" }),
  ),
  sequence_scope: Type.Optional(text("What the sequence counts", 500)),
  priority: Type.Optional(Type.Integer({ description: "A higher one goes first" })),
};

export const Deployment = Type.Object(
  {
    deployment_id: DeploymentId,
    status: Type.Optional(Type.String()),
    ...Place,
    component: Type.String(),
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
  { $id: "Entry", additionalProperties: false },
);

export const StartAttempt = Type.Object(
  {
    started: Type.Boolean(),
    look_again_in: Type.Union([Type.Number({ description: "Seconds until it is of use to ask again" }), Type.Null()]),
    waiting_on: Type.Array(Type.Object({}, { additionalProperties: true })),
    deployment: Deployment,
  },
  { $id: "StartAttempt" },
);

export const Anything = Type.Object({}, { additionalProperties: true });
export { moment, nullable, seconds, text };
