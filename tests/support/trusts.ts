import { createHash, randomUUID } from "node:crypto";
import type { TestSql } from "./database.js";

export const audience = "https://queue.example.com";
export const github = "https://token.actions.githubusercontent.com";

/** The claims of a GitHub Actions job that count here. */
export interface GithubClaims {
  readonly [name: string]: unknown;
}

/** What GitHub says of a job of octo/api, with these claims otherwise. */
export function githubClaims(more: GithubClaims = {}): GithubClaims {
  return {
    ...{ aud: audience, sub: "repo:octo/api:environment:production", jti: randomUUID(), sha: "5f3759df" },
    ...{ repository: "octo/api", repository_id: "74", repository_owner_id: "65", ref: "refs/heads/main" },
    ...{ environment: "production", run_id: "1001", run_attempt: "1", check_run_id: "501" },
    ...more,
  };
}

/** Exchanges claims as a server does; gives back the credential of the session and what it may. */
export async function newSession(
  sql: TestSql,
  claims: GithubClaims,
  issuer = github,
  ofPeople = false,
): Promise<{ credential: Buffer; row: Record<string, unknown> }> {
  const credential = createHash("sha256").update(randomUUID()).digest();
  const [made] = await sql<{ row: Record<string, unknown> }[]>`
    select to_jsonb(made) as row
    from deploy_queue.create_session(${credential}, ${issuer}, ${JSON.stringify(claims)}::text::jsonb, ${ofPeople}) as made`;
  return { credential, row: made?.row ?? {} };
}

/** What add_trust is called with, where it is not the plain one. */
export interface TrustRequest {
  readonly provider?: string;
  readonly claims?: object;
  readonly kind?: string;
  readonly environments?: readonly string[];
  readonly components?: readonly string[];
  readonly cells?: readonly string[];
  readonly issuer?: string;
  readonly runClaims?: readonly string[];
  readonly mostLive?: number;
}

let names = 0;

/** Adds a trust of that kind; gives back its name. */
export async function newTrust(sql: TestSql, trust: TrustRequest = {}): Promise<string> {
  const name = `trust ${names++}`;
  const listed = (values: readonly string[] | undefined) => (values === undefined ? null : `{${values.join()}}`);
  await sql`
    select deploy_queue.add_trust(
      name => ${name}, provider => ${trust.provider ?? "github"}, audience => ${audience},
      claims => ${JSON.stringify(trust.claims ?? { repository_id: "74" })}::text::jsonb, kind => ${trust.kind ?? "deployer"},
      environments => ${listed(trust.environments)}::text::text[], components => ${listed(trust.components)}::text::text[],
      cells => ${listed(trust.cells)}::text::text[], issuer => ${trust.issuer ?? null},
      run_claims => ${listed(trust.runClaims)}::text::text[], most_live => ${trust.mostLive ?? null}
    )`;
  return name;
}

/** Calls a function as the bearer of a session does. */
export async function callAs(
  sql: TestSql,
  credential: Buffer,
  name: string,
  values: object = {},
): Promise<Record<string, unknown>[]> {
  const rows = await sql<{ answer: Record<string, unknown> }[]>`
    select answer from deploy_queue.call(${credential}, ${name}, ${JSON.stringify(values)}::text::jsonb) as answer`;
  return rows.map(({ answer }) => answer);
}
