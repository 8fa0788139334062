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
  /** The values of these behind which the rows begin, or the value of the first. */
  readonly after?: unknown;
  readonly atMost: number;
}

/** Someone who follows a deployment. A credential is the SHA-256 of a secret. */
export interface Follower {
  readonly credential: Buffer;
  readonly id: number;
  /** The name that its process has drawn for itself, when it has entered it with one. */
  readonly keeper?: string | undefined;
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
  createSession(hash: Buffer, issuer: string, claims: object, ofPeople = false): Promise<Answer> {
    return this.row("create_session", { hash, issuer, claims: new Json(claims), of_people: ofPeople });
  }

  async endSession(credential: Buffer): Promise<void> {
    await this.rows("end_session", { credential });
  }

  /** Where deployments stand, in the order of those who follow them. */
  async news(followers: readonly Follower[]): Promise<News[]> {
    const rows = await this.rows<NewsRow>("news", { followers: asJson(followers) });
    return rows
      .sort((one, other) => one.number - other.number)
      .map(({ event, data, look_in }) => ({ event, data, lookIn: look_in === null ? null : look_in * 1_000 }));
  }

  /**
   * Renews the leases of those that wait and were entered by those who follow them.
   * @returns in the order of the followers, milliseconds after which to call it again; undefined: this one is not kept
   */
  async keepWaits(followers: readonly Follower[]): Promise<(number | undefined)[]> {
    const rows = await this.rows<{ number: number; beat_again_in: number }>("keep_waits", {
      followers: asJson(followers),
    });
    const kept = new Map(rows.map(({ number, beat_again_in }) => [number, beat_again_in * 1_000]));
    return followers.map((_, index) => kept.get(index + 1));
  }

  /** The version of the schema; tells whether the database answers. */
  schemaVersion(): Promise<number> {
    return this.value("schema_version", {});
  }
}

function asJson(followers: readonly Follower[]): Json {
  return new Json(
    followers.map(({ credential, id, keeper }) => ({
      ...{ credential: credential.toString("hex"), deployment_id: id, keeper },
    })),
  );
}
