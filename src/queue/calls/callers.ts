import { Json } from "../source.js";
import { Calls } from "./calls.js";

/** What a function or a view gives back, as JSON. */
export type Answer = Readonly<Record<string, unknown>>;

export interface Page {
  /** Fields and what they equal: a value, or one of several. */
  readonly conditions: Readonly<Record<string, unknown>>;
  /** Fields and the least that they are. */
  readonly from?: Readonly<Record<string, unknown>> | undefined;
  /** The fields in whose order the rows come; one that begins with "-" is descending. */
  readonly by?: readonly string[];
  /** The value of the first of them behind which the rows begin. */
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

interface NewsRow extends Pick<News, "event" | "data"> {
  readonly number: number;
  readonly look_in: number | null;
}

/** What a server calls for the bearers of secrets, with their rights. A credential is the SHA-256 of a secret. */
export class Callers extends Calls {
  /** Calls a function with JSON arguments. @param actor who acts, as the bearer says */
  async call(credential: Buffer, name: string, values: object, actor?: string): Promise<Answer[]> {
    const call = { credential, function_name: name, arguments: new Json(values), actor };
    const rows = await this.rows<{ answer: Answer }>("call", call);
    if (name === "assert") {
      // A former primary would say yes as well.
      await this.source.proveItWrites();
    }
    return rows.map(({ answer }) => answer);
  }

  /** Reads rows of a view. */
  async look(credential: Buffer, view: string, { conditions, from, by, after, atMost }: Page): Promise<Answer[]> {
    const rows = await this.rows<{ answer: Answer }>("look", {
      ...{ credential, view_name: view, conditions: new Json(conditions), at_least: new Json(from ?? {}) },
      ...{ by, after: new Json(after), at_most: atMost },
    });
    return rows.map(({ answer }) => answer);
  }

  /** Whose tokens are exchanged for sessions, and for whom they must be. */
  trustedIssuers(): Promise<{ issuer: string; audience: string }[]> {
    return this.rows("trusted_issuers", {}, { fields: ["issuer", "audience"] });
  }

  /** A session for the bearer of a token whose signature was verified. @throws RefusedError when no trust lets it in */
  createSession(hash: Buffer, issuer: string, claims: object): Promise<Answer> {
    return this.row("create_session", { hash, issuer, claims: new Json(claims) });
  }

  /** Where deployments stand, in the order of those who follow them. */
  async news(followers: readonly Follower[]): Promise<News[]> {
    const given = followers.map(({ credential, id }) => ({
      credential: credential.toString("hex"),
      deployment_id: id,
    }));
    const rows = await this.rows<NewsRow>("news", { followers: new Json(given) });
    return rows
      .sort((one, other) => one.number - other.number)
      .map(({ event, data, look_in }) => ({ event, data, lookIn: look_in === null ? null : look_in * 1_000 }));
  }

  /** The version of the schema; tells whether the database answers. */
  schemaVersion(): Promise<number> {
    return this.value("schema_version", {});
  }
}
