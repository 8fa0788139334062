import { hostname, userInfo } from "node:os";
import { printable } from "../text/printable.js";

type Variables = Readonly<Record<string, string | undefined>>;

/** How CI systems name who started a job, and the job. */
const systems: readonly { readonly user: readonly string[]; readonly job: readonly string[]; readonly word: string }[] =
  [
    { user: ["GITHUB_TRIGGERING_ACTOR", "GITHUB_ACTOR"], job: ["GITHUB_REPOSITORY", "GITHUB_RUN_ID"], word: "run" },
    { user: ["GITLAB_USER_LOGIN"], job: ["CI_PROJECT_PATH", "CI_JOB_ID"], word: "job" },
    { user: ["BUILDKITE_BUILD_CREATOR"], job: ["BUILDKITE_PIPELINE_SLUG", "BUILDKITE_BUILD_NUMBER"], word: "build" },
  ];

/** As the database keeps it. */
const longest = 200;

/**
 * Who acts, for the record: what is given, else DEPLOY_QUEUE_ACTOR, else the person who started the CI job and the job, as
 * "ann (org/repo run 123)", else "ann@laptop".
 */
export function actorOf(environment: Variables, given?: string): string {
  const name = given || environment["DEPLOY_QUEUE_ACTOR"] || jobActor(environment) || `${userName()}@${hostname()}`;
  return [...printable(name).trim()].slice(0, longest).join("");
}

function jobActor(environment: Variables): string | undefined {
  for (const { user, job, word } of systems) {
    const name = user.map((variable) => environment[variable]).find(Boolean);
    if (name !== undefined) {
      const [project, number] = job.map((variable) => environment[variable]);
      return project && number ? `${name} (${project} ${word} ${number})` : name;
    }
  }
  return undefined;
}

/** A container may run as a user that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? "unknown"}`;
  }
}
