import type { DeploymentId, DeploymentStatus, Location } from "../deployment.js";
import { Seconds } from "../source.js";
import { Calls, longTimeout, placed } from "./calls.js";

/** A row of deploy_queue.deployment_events. */
export interface DeploymentEvent {
  readonly id: number;
  /** Null for an event without a deployment. With a deployment, the columns about its place are null. */
  readonly deployment_id: number | null;
  readonly occurred_at: Date;
  readonly kind: string;
  readonly from_state: DeploymentStatus | null;
  readonly to_state: DeploymentStatus | null;
  readonly actor: string;
  /** The database role that logged in, or for whom a server called. */
  readonly principal: string;
  /** Of the token for which a server called. */
  readonly verified_subject: string | null;
  readonly verified_run: string | null;
  readonly verified_commit: string | null;
  readonly application_name: string | null;
  readonly client_address: string | null;
  readonly reason: string | null;
  readonly environment: string | null;
  readonly cloud_provider: string | null;
  readonly region: string | null;
  readonly cell_index: number | null;
  readonly component: string | null;
  readonly version: string | null;
  readonly url: string | null;
  /** More of it, by kind: of a cancellation how, unless it was at once; of a policy its values before and after. */
  readonly detail: { readonly how?: string; readonly superseded_by?: number } | null;
}

/** A deployment that goes around the queue. */
export interface Bypass extends Location {
  readonly component: string;
  readonly note: string;
  readonly version?: string | undefined;
  readonly url?: string | undefined;
}

/** The event by which a deployment was cancelled. */
export interface Cancellation {
  readonly kind: "stopping" | "cancelled" | "reaped" | "failed" | "superseded" | "outdated";
  /** The name that the client gave, else the principal. */
  readonly actor: string;
  /** The database role that logged in. */
  readonly principal: string;
  /** Of its connection; PostgreSQL keeps 63 bytes of it. */
  readonly application_name: string | null;
  readonly reason: string | null;
  /** The deployment that has superseded it, or has outdated it. */
  readonly superseded_by?: number;
}

/** Something in history that must not be. */
export interface Contradiction {
  readonly rule: string;
  readonly deployment_id: number;
  readonly problem: string;
}

/** Of which run a deployment was entered, as its token said. */
export type VerifiedEntry = Pick<DeploymentEvent, "verified_subject" | "verified_run" | "verified_commit">;

/** Kinds of events that tell the end that nobody wished for. */
const ends = ["stopping", "cancelled", "reaped", "failed"] as const;

/** What has happened. */
export class History extends Calls {
  /**
   * What happened to a deployment, in order.
   * @throws DeploymentNotFoundError
   */
  of(id: DeploymentId): Promise<DeploymentEvent[]> {
    return this.rows("history", { deployment_id: id });
  }

  /** Who asked it to stop, cancelled or reaped it, or told that it failed; undefined when none of this happened. */
  async cancellation(id: DeploymentId): Promise<Cancellation | undefined> {
    for (const { kind, actor, principal, application_name, reason, detail } of await this.of(id)) {
      const end = ends.find((one) => one === kind);
      if (end !== undefined) {
        const { how, superseded_by } = detail ?? {};
        const obsolete = how === "superseded" || how === "outdated" ? how : undefined;
        return {
          ...{ kind: obsolete ?? end, actor, principal, application_name, reason },
          ...(obsolete !== undefined && superseded_by !== undefined && { superseded_by }),
        };
      }
    }
    return undefined;
  }

  /** Of which run it was entered, as the token said for which a server called; null otherwise. */
  async verifiedEntry(id: DeploymentId): Promise<VerifiedEntry> {
    const entry = (await this.of(id)).find(({ kind }) => kind === "enqueued");
    return {
      verified_subject: entry?.verified_subject ?? null,
      verified_run: entry?.verified_run ?? null,
      verified_commit: entry?.verified_commit ?? null,
    };
  }

  /** Leaves a record of a deployment that goes around the queue. It blocks no other. */
  recordBypass({ component, note, version, url, ...cell }: Bypass): Promise<{ id: number }> {
    return this.change("record_bypass", { ...placed(cell), component, note, version, url }, { fields: ["id"] });
  }

  /** Whether any deployment has ever had this version. */
  async hasVersion(component: string, version: string): Promise<boolean> {
    const which = { where: { component, version }, limit: 1, fields: ["id"], timeout: longTimeout };
    return (await this.read("deployments_with_status", which)).length > 0;
  }

  /** How many ended deployments of an environment are older than this many seconds: with this retention they are removed. */
  prunable(environment: string, retention: number): Promise<number> {
    const policy = { environment, retention: new Seconds(retention) };
    return this.value("count_prunable", policy, { timeout: longTimeout });
  }

  /** Reads all of history and returns what contradicts the rules. */
  verify(): Promise<Contradiction[]> {
    return this.rows("verify_history", {}, { timeout: longTimeout });
  }
}
