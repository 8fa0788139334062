import { Calls } from "./calls.js";

/** What a function or a view gives back, as JSON. */
export type Answer = Readonly<Record<string, unknown>>;

export interface Look {
  readonly conditions: Readonly<Record<string, unknown>>;
  /** The field in whose order the rows come. */
  readonly by?: string | undefined;
  readonly descending?: boolean | undefined;
  /** The value of that field behind which the rows begin. */
  readonly after?: unknown;
  readonly atMost: number;
}

/** Someone who follows a deployment. A credential is the SHA-256 of a secret. */
export interface Follower {
  readonly credential: Buffer;
  readonly id: number;
}

export interface News {
  /** Refused: the credential counts no more, or the deployment is gone. Turn: it is of use to try to start now. */
  readonly event: "waiting" | "turn" | "started" | "stopping" | "ended" | "refused";
  /** Milliseconds after which time alone changes this; null: not known. */
  readonly lookIn: number | null;
  /** The deployment, and its forecast while it waits; null when refused. */
  readonly data: Answer | null;
}

/** What a server calls for the bearers of secrets, with their rights. A credential is the SHA-256 of a secret. */
export class Callers extends Calls {
  /** Calls a function with JSON arguments. @param actor who acts, as the bearer says */
  async call(credential: Buffer, name: string, values: object, actor?: string): Promise<Answer[]> {
    const json = JSON.stringify(values);
    const rows = await this.rows<{ answer: Answer }>(
      (sql) => sql`
        select answer from deploy_queue.call(
          credential => ${credential}, function_name => ${name}, arguments => ${json}::text::jsonb, actor => ${actor ?? null}
        ) as answer`,
    );
    return rows.map(({ answer }) => answer);
  }

  /** Reads rows of a view. */
  async look(credential: Buffer, view: string, look: Look): Promise<Answer[]> {
    const conditions = JSON.stringify(look.conditions);
    const after = look.after === undefined ? null : JSON.stringify(look.after);
    const rows = await this.rows<{ answer: Answer }>(
      (sql) => sql`
        select answer from deploy_queue.look(
          credential => ${credential}, view_name => ${view}, conditions => ${conditions}::text::jsonb, by => ${look.by ?? null},
          descending => ${look.descending ?? false}, after => ${after}::text::jsonb, at_most => ${look.atMost}
        ) as answer`,
    );
    return rows.map(({ answer }) => answer);
  }

  /** Whose tokens are exchanged for sessions, and for whom they must be. */
  trustedIssuers(): Promise<{ issuer: string; audience: string }[]> {
    return this.rows((sql) => sql`select issuer, audience from deploy_queue.trusted_issuers()`);
  }

  /** A session for the bearer of a token whose signature was verified. @throws RefusedError when no trust lets it in */
  async createSession(hash: Buffer, issuer: string, claims: object): Promise<Answer> {
    const json = JSON.stringify(claims);
    const { answer } = await this.row<{ answer: Answer }>(
      (sql) => sql`
        select to_jsonb(answer) as answer
        from deploy_queue.create_session(hash => ${hash}, issuer => ${issuer}, claims => ${json}::text::jsonb) as answer`,
    );
    return answer;
  }

  /** Where deployments stand, in the order of those who follow them. */
  async news(followers: readonly Follower[]): Promise<News[]> {
    const json = JSON.stringify(
      followers.map(({ credential, id }) => ({ credential: credential.toString("hex"), deployment_id: id })),
    );
    const rows = await this.rows<{ event: News["event"]; data: Answer | null; seconds: number | null }>(
      (sql) => sql`
        select news.event, news.data, extract(epoch from news.look_in)::float8 as seconds
        from deploy_queue.news(followers => ${json}::text::jsonb) as news
        order by news.number`,
    );
    return rows.map(({ event, data, seconds }) => ({ event, data, lookIn: seconds === null ? null : seconds * 1_000 }));
  }

  /** The version of the schema; tells whether the database answers. */
  async schemaVersion(): Promise<number> {
    const { version } = await this.row<{ version: number }>(
      (sql) => sql`select deploy_queue.schema_version() as version`,
    );
    return version;
  }
}
