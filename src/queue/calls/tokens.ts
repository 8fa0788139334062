import { Seconds } from "../source.js";
import { Calls } from "./calls.js";
import type { RoleKind } from "./roles.js";

/** A token of callers of servers, without its secret. */
export interface Token {
  readonly token_id: number;
  readonly name: string;
  readonly kind: RoleKind;
  /** What it is limited to; null: all that its kind may. */
  readonly environments: readonly string[] | null;
  readonly components: readonly string[] | null;
  readonly functions: readonly string[] | null;
  readonly created_by: string;
  readonly created_at: Date;
  readonly expires_at: Date | null;
  /** Right to the hour. */
  readonly used_at: Date | null;
  readonly revoked_at: Date | null;
  /** How many of its deployments may wait or run at once; null: any number. */
  readonly most_live: number | null;
}

export interface TokenRequest {
  readonly name: string;
  readonly kind: string;
  /** The SHA-256 of the secret. */
  readonly hash: Buffer;
  readonly environments?: readonly string[] | undefined;
  readonly components?: readonly string[] | undefined;
  readonly functions?: readonly string[] | undefined;
  /** Seconds; undefined: until it is revoked. */
  readonly validFor?: number | undefined;
  /** How many of its deployments may wait or run at once; undefined: any number. */
  readonly mostLive?: number | undefined;
}

/** What lets callers of servers in. */
export class Tokens extends Calls {
  list(): Promise<Token[]> {
    return this.read("known_tokens", { order: ["token_id"] });
  }

  create({ validFor, mostLive, ...request }: TokenRequest): Promise<Token> {
    return this.change("create_token", { ...request, valid_for: new Seconds(validFor), most_live: mostLive });
  }

  /** @throws UnknownNameError when there is none of that name */
  revoke(name: string): Promise<Token> {
    return this.change("revoke_token", { name });
  }
}
