import type { DeploymentId, DeploymentStatus, Location } from "../deployment.js";
import { Calls, longTimeout } from "./calls.js";

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
  /** The database role that logged in. */
  readonly principal: string;
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
  readonly detail: { readonly how?: string } | null;
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

/** What has happened. */
export class History extends Calls {
  /**
   * What happened to a deployment, in order.
   * @throws DeploymentNotFoundError
   */
  of(id: DeploymentId): Promise<DeploymentEvent[]> {
    return this.rows((sql) => sql`select * from deploy_queue.history(deployment_id => ${id})`);
  }

  /** Who asked it to stop, cancelled or reaped it, or told that it failed; undefined when none of this happened. */
  async cancellation(id: DeploymentId): Promise<Cancellation | undefined> {
    const [event] = await this.rows<
      Cancellation & { obsolete: { how: "superseded" | "outdated"; superseded_by?: number } | null }
    >(
      (sql) => sql`
        select kind, actor, principal, application_name, reason,
          case when detail->>'how' in ('superseded', 'outdated') then detail end as obsolete
        from deploy_queue.history(deployment_id => ${id})
        where kind in ('stopping', 'cancelled', 'reaped', 'failed')
        order by id limit 1`,
    );
    if (event === undefined) {
      return undefined;
    }
    const { obsolete, ...cancellation } = event;
    const { how: kind, ...by } = obsolete ?? { how: event.kind };
    return { ...cancellation, kind, ...by };
  }

  /** Leaves a record of a deployment that goes around the queue. It blocks no other. */
  recordBypass(bypass: Bypass): Promise<{ id: number }> {
    return this.change(
      (sql) => sql`
        select id from deploy_queue.record_bypass(
          environment => ${bypass.environment},
          cloud_provider => ${bypass.cloudProvider},
          region => ${bypass.region},
          cell_index => ${bypass.cellIndex},
          component => ${bypass.component},
          note => ${bypass.note},
          version => ${bypass.version ?? null},
          url => ${bypass.url ?? null}
        )`,
    );
  }

  /** Whether any deployment has ever had this version. */
  async hasVersion(component: string, version: string): Promise<boolean> {
    const found = await this.rows(
      (sql) => sql`
        select from deploy_queue.deployments_with_status
        where component = ${component} and version = ${version}
        limit 1`,
      longTimeout,
    );
    return found.length > 0;
  }

  /** How many ended deployments of an environment are older than this many seconds: with this retention they are removed. */
  async prunable(environment: string, retention: number): Promise<number> {
    const [row] = await this.rows<{ count: number }>(
      (sql) => sql`
        select deploy_queue.count_prunable(
          environment => ${environment}, retention => make_interval(secs => ${retention})
        ) as count`,
      longTimeout,
    );
    return row?.count ?? 0;
  }

  /** Reads all of history and returns what contradicts the rules. */
  verify(): Promise<Contradiction[]> {
    return this.rows((sql) => sql`select * from deploy_queue.verify_history()`, longTimeout);
  }
}
