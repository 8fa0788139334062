import { createHash } from "node:crypto";
import type { Deployment, DeploymentRequest } from "../queue/deployment.js";

/** What GitHub knows about this job, passed by hidden inputs. Empty where GitHub does not know it. */
export interface JobContext {
  /** The number in the address of the job's page; each job of a matrix has its own. */
  readonly checkRunId: string;
  /** The number of the job in its matrix. */
  readonly jobIndex: string;
  /** success, failure or cancelled; in the post step that of the whole job. */
  readonly jobStatus: string;
}

/** The page of this job, else that of its run; undefined outside GitHub. */
export function jobPage({ checkRunId }: JobContext): string | undefined {
  const run = runPage();
  return run === undefined || checkRunId === "" ? run : `${run}/job/${checkRunId}`;
}

/**
 * "org/repo/.github/workflows/deploy.yml": what the numbers of the runs count, whatever the branch. A reusable workflow has the file of the
 * one that calls it. Undefined outside GitHub.
 */
export function workflowFile(): string | undefined {
  const [file = ""] = variable("GITHUB_WORKFLOW_REF").split("@", 1);
  return file.slice(0, longestScope) || variable("GITHUB_REPOSITORY") || undefined;
}

/** The database keeps so many characters of the scope of a sequence. */
const longestScope = 200;

/** PostgreSQL keeps so many bytes of an application name. */
const longestName = 63;

/** "deploy-queue action 17712345678/51725241954 org/repo": how events name what this job did. */
export function applicationName({ checkRunId }: JobContext): string {
  const job = `${variable("GITHUB_RUN_ID")}/${checkRunId || variable("GITHUB_JOB")}`;
  return ["deploy-queue action", ...(runPage() === undefined ? [] : [job, variable("GITHUB_REPOSITORY")])]
    .join(" ")
    .slice(0, longestName);
}

/** How the idempotency keys of this attempt of the job begin; undefined outside GitHub. */
function jobKey({ checkRunId, jobIndex }: JobContext): string | undefined {
  const run = runPage();
  if (run === undefined) {
    return undefined;
  }
  const attempt = variable("GITHUB_RUN_ATTEMPT");
  return `github-${variable("GITHUB_RUN_ID")}-${attempt}-${digest([run, attempt, variable("GITHUB_JOB"), checkRunId, jobIndex])}-`;
}

/** Whether a step of this attempt of the job has entered it. What tells this comes from GitHub: no step can change it for another. */
export function isOfThisJob({ idempotency_key }: Deployment, job: JobContext): boolean {
  const key = jobKey(job);
  return key !== undefined && idempotency_key?.startsWith(key) === true;
}

/**
 * The same for every try of this step in this attempt of the job, and different for everything else. The request is part
 * of it for two reasons. GitHub gives all steps of a composite action one name. And not every server knows check runs;
 * without them, the jobs of a matrix of workflows look alike. The command is part of it for the first reason.
 */
export function idempotencyKey(job: JobContext, request: DeploymentRequest, command?: string): string | undefined {
  const key = jobKey(job);
  const parts = [variable("GITHUB_ACTION"), request, ...(command === undefined ? [] : [command])];
  return key === undefined ? undefined : `${key}${digest(parts)}`;
}

function digest(parts: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32);
}

function runPage(): string | undefined {
  const run = variable("GITHUB_RUN_ID");
  return run === ""
    ? undefined
    : `${variable("GITHUB_SERVER_URL")}/${variable("GITHUB_REPOSITORY")}/actions/runs/${run}`;
}

function variable(name: string): string {
  return process.env[name] ?? "";
}
