import { keyOf, placeParts, variableOf } from "./placeParts.js";

/** An environment variable that the commands read, for help and docs/cli.md. */
export interface Variable {
  readonly name: string;
  readonly meaning: string;
  /** What holds when it is not set. */
  readonly unset: string;
}

/** The id of the deployment whose command this process is a part of; run sets it for its command. */
export function surroundingDeployment(env: Readonly<Record<string, string | undefined>>): string | undefined {
  return env["DEPLOY_QUEUE_DEPLOYMENT_ID"];
}

export const variables: readonly Variable[] = [
  {
    name: "DEPLOY_QUEUE_DATABASE_URL",
    meaning:
      "postgres://user:password@host/database, whose missing parts come from PGHOST, PGSSLMODE and so on, or embedded for this user's own PostgreSQL",
    unset:
      "embedded for a person at a terminal; an error in CI, and without a terminal in a container, Kubernetes or a service of systemd",
  },
  {
    name: "DEPLOY_QUEUE_URL",
    meaning: "https://queue.example.com: a server of the queue instead of a database; http only on this machine",
    unset: "the database of DEPLOY_QUEUE_DATABASE_URL",
  },
  {
    name: "DEPLOY_QUEUE_TOKEN",
    meaning: 'What "deploy-queue token create" has printed, for that server',
    unset: "the OIDC token of the CI job, from DEPLOY_QUEUE_ID_TOKEN or of GitHub Actions; else an error",
  },
  {
    name: "DEPLOY_QUEUE_ID_TOKEN",
    meaning: "The OIDC token of a CI job, such as one of GitLab's id_tokens, which is exchanged at that server",
    unset: "the token that GitHub Actions gives a job with id-token: write",
  },
  {
    name: "DEPLOY_QUEUE_ALLOW_HTTP",
    meaning: "1: the token may go over a network without TLS, where others can read it",
    unset: "DEPLOY_QUEUE_URL must begin with https on a network",
  },
  {
    name: "DEPLOY_QUEUE_DATA_DIRECTORY",
    meaning: "Folder of this user's own PostgreSQL",
    unset: "deploy-queue in the user's data folder, such as ~/.local/share; for root in /var/lib",
  },
  {
    name: "DEPLOY_QUEUE_ACTOR",
    meaning: "Who acts, for the record: a claim beside the role of the database",
    unset: "the user of the job in GitHub Actions, GitLab CI and Buildkite; else user@host",
  },
  {
    name: "DEPLOY_QUEUE_SIGN_IN_SECRET",
    meaning: "The secret that the issuer of --sign-in-issuer has given to serve",
    unset: "serve is a public client, which proves itself by PKCE only",
  },
  {
    name: "DEPLOY_QUEUE_LOG_LEVEL",
    meaning: "trace, debug, info, warn, error, fatal or silent; with debug, unexpected errors show their stack",
    unset: "info",
  },
  {
    name: "DEPLOY_QUEUE_COMPAT",
    meaning: "1: the line of info, exit codes and log levels are those of the predecessor; docs/adoption.md",
    unset: "they are those of this page",
  },
  {
    name: "DEPLOY_QUEUE_DEPLOYMENT_ID",
    meaning:
      "Id of the deployment whose command this is; run sets it for its command. It is the parent of what start and run ask for",
    unset: "no parent",
  },
  {
    name: "DEPLOY_QUEUE_CELL",
    meaning: "Name of a known cell, such as prod-aws-us-west-2-cell-1: where start, run and stage deploy",
    unset: "the options or the file say it",
  },
  ...placeParts.map((part) => ({
    name: variableOf(part),
    meaning: `The ${keyOf(part)} of that place, instead of the name of a cell`,
    unset: "the options or the file say it",
  })),
  {
    name: "DEPLOY_QUEUE_COMPONENT",
    meaning: "What start, run and stage deploy",
    unset: "the option or the file says it",
  },
  {
    name: "DEPLOY_QUEUE_CONFIG",
    meaning: "File with defaults of the place and the component, also in CI",
    unset: ".deploy-queue.toml in this folder or above it, up to the root of the repository; none in CI",
  },
  { name: "CI", meaning: "true or 1: DEPLOY_QUEUE_DATABASE_URL is required", unset: "it is optional" },
  { name: "NO_COLOR", meaning: "Anything: no colours", unset: "colours on a terminal" },
  { name: "TERM", meaning: "dumb: a wait is not redrawn", unset: "it is redrawn on a terminal" },
  {
    name: "GITHUB_ACTIONS",
    meaning: "true: the lines of a wait are a group of the log",
    unset: "lines without a group",
  },
  { name: "GITHUB_OUTPUT", meaning: "File for the outputs of a step", unset: "no outputs" },
];
