import { Type } from "typebox";
import { Anything, moment, priority, seconds, text, Work } from "../schemas.js";
import { confirmation, type Operation, why } from "./operation.js";

const target = text("The name of a target", 100);
const directory = text("Where the commands run, a whole path", 4_000);

/** What one who submits says, by the names of the queue or of the clients of a deployment server. */
export const Commands = Type.Array(text("A text for a shell", 10_000), { minItems: 1, maxItems: 100 });
export const commitHash = text("The version", 100);
export const refName = text("The branch or tag", 500);

export const workOperations: readonly Operation[] = [
  {
    ...{ method: "POST", path: "/work", calls: "submit", tag: "agents", created: true, answer: Anything },
    summary: "Enter the line of a target with commands that an agent runs",
    body: Type.Object(
      {
        target: Type.Optional(target),
        directory: Type.Optional(directory),
        commands: Type.Optional(Commands),
        command: Type.Optional(
          Type.Array(Type.String(), { description: "Instead of these, a program with arguments" }),
        ),
        commit_hash: Type.Optional(commitHash),
        ref_name: Type.Optional(refName),
        ...{ url: Work.url, note: Work.note, concurrency_key: Work.concurrency_key, confirmation },
        max_duration: Type.Optional(seconds("It is stopped when it runs for longer")),
        priority: Type.Optional(priority),
        hold: Type.Optional(Type.Literal("outside", { description: "It is staged until it is released" })),
        not_before: Type.Optional(moment("It does not start before")),
        not_after: Type.Optional(moment("It starts before, or not at all")),
      },
      { additionalProperties: false },
    ),
    example: { target: "my-app", commands: ["yarn build", "supervisorctl restart my-app"], commit_hash: "4fb1d68" },
  },
  {
    ...{ method: "POST", path: "/deployments/{deployment_id}/hand-over", calls: "hand_over", tag: "agents" },
    summary: "Let a staged deployment go whose command an agent runs",
    body: Type.Object({ target: Type.Optional(target), reason: why, confirmation }),
    answer: Anything,
  },
];
