import { Json, Seconds } from "../source.js";
import { Calls } from "./calls.js";
import type { RoleKind } from "./roles.js";

/** Whose tokens of a CI system are exchanged for sessions, and what these may. */
export interface Trust {
  readonly trust_id: number;
  readonly name: string;
  readonly provider: string;
  readonly issuer: string;
  readonly audience: string;
  /** What a token must say, claim by claim. */
  readonly claims: Readonly<Record<string, string>>;
  readonly run_claims: readonly string[];
  readonly kind: RoleKind;
  /** What a session is limited to; null: all that its kind may. */
  readonly environments: readonly string[] | null;
  readonly components: readonly string[] | null;
  readonly cells: readonly string[] | null;
  readonly functions: readonly string[] | null;
  readonly session_seconds: number;
  /** Sessions that it has now. */
  readonly session_count: number;
  readonly created_by: string;
  readonly created_at: Date;
  readonly removed_at: Date | null;
  /** How many deployments of a run may wait or run at once; null: any number. */
  readonly most_live: number | null;
}

export interface TrustRequest {
  readonly name: string;
  readonly provider: string;
  readonly audience: string;
  readonly claims: Readonly<Record<string, string>>;
  readonly kind: string;
  readonly environments?: readonly string[] | undefined;
  readonly components?: readonly string[] | undefined;
  /** Names, such as prod-aws-us-west-2-cell-1. */
  readonly cells?: readonly string[] | undefined;
  readonly functions?: readonly string[] | undefined;
  readonly issuer?: string | undefined;
  readonly runClaims?: readonly string[] | undefined;
  /** Seconds. */
  readonly sessionLength: number;
  /** How many deployments of a run may wait or run at once; undefined: any number. */
  readonly mostLive?: number | undefined;
}

/** Whose tokens let callers of servers in. */
export class Trusts extends Calls {
  list(): Promise<Trust[]> {
    return this.read("known_trusts", { order: ["trust_id"] });
  }

  add({ claims, runClaims, sessionLength, mostLive, ...request }: TrustRequest): Promise<Trust> {
    return this.change("add_trust", {
      ...request,
      ...{
        claims: new Json(claims),
        run_claims: runClaims,
        session_length: new Seconds(sessionLength),
        most_live: mostLive,
      },
    });
  }

  /** @throws UnknownNameError when there is none of that name */
  remove(name: string): Promise<Trust> {
    return this.change("remove_trust", { name });
  }
}
