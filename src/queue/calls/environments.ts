import type postgres from "postgres";
import type { Sql } from "../../database/client.js";
import { nearestNames } from "../../text/nearest.js";
import type { Cell, Location } from "../deployment.js";
import { UnknownNameError } from "../errors.js";
import { Calls } from "./calls.js";

/** Policies of an environment; durations in seconds. */
export interface Environment {
  readonly environment: string;
  readonly buffer_time: number;
  readonly heartbeat_timeout: number;
  readonly heartbeat_interval: number;
  /** One that runs without a keeper for longer is told of as one that needs a look. */
  readonly unkept_after: number;
  /** Null is no limit. */
  readonly max_duration: number | null;
  /** Null keeps history for ever. */
  readonly retention: number | null;
  /** Only cells that were added may be deployed to. */
  readonly has_closed_cells: boolean;
  readonly ordering: Ordering;
  /** How many deployments without a common key may run in a cell at once. */
  readonly slots: number;
  /** Whether nothing starts with a lower sequence than what has started of its component. */
  readonly refuse_outdated: boolean;
  /** For how long a place may be reserved. */
  readonly max_reservation: number;
  /** The phrase that a deployment must bring. */
  readonly confirmation: string | null;
  /** How many others must approve a deployment. */
  readonly approvals: number;
  /** The role that they need. */
  readonly approvers: string | null;
  /** The environment in which a version must have finished before. */
  readonly promote_from: string | null;
  readonly promotion_cells: PromotionCells;
  /** How long ago it must have finished there. */
  readonly soak: number;
  /** Whether it must have been the same artifact. */
  readonly same_artifact: boolean;
  /** The checks that must have passed for the version. */
  readonly require_checks: readonly string[];
  /** Whether it finishes only when it has been verified. */
  readonly require_verification: boolean;
  /** Whether a rollback needs promotion and checks, too. */
  readonly gate_rollbacks: boolean;
  /** Whether the line of a cell stops when a deployment has failed there, until it is released. */
  readonly hold_after_failure: boolean;
}

/** sequential: all run, in order; latest: only the newest waiting one stays; latest-ready: the newest that is not reserved goes first. */
export type Ordering = "sequential" | "latest" | "latest-ready";

/** Where a version must have finished in the environment that it is promoted from. */
export type PromotionCells = "same-region" | "any" | "all";

/** What a component demands otherwise than its environment; null follows that. Durations in seconds. */
export interface ComponentPolicies {
  readonly environment: string;
  readonly component: string;
  readonly buffer_time: number | null;
  readonly heartbeat_timeout: number | null;
  readonly unkept_after: number | null;
  readonly max_duration: number | null;
  readonly ordering: Ordering | null;
  /** How many slots of a cell it may take at once; null is all. */
  readonly slots: number | null;
  readonly refuse_outdated: boolean | null;
  readonly max_reservation: number | null;
  readonly confirmation: string | null;
  readonly approvals: number | null;
  readonly approvers: string | null;
  readonly promote_from: string | null;
  readonly promotion_cells: PromotionCells | null;
  readonly soak: number | null;
  readonly same_artifact: boolean | null;
  readonly require_checks: readonly string[] | null;
  readonly require_verification: boolean | null;
  readonly gate_rollbacks: boolean | null;
  readonly hold_after_failure: boolean | null;
}

/** What is undefined stays as it is; durations in seconds. */
export interface PolicyChanges {
  readonly bufferTime?: number | undefined;
  readonly heartbeatTimeout?: number | undefined;
  readonly maxDuration?: number | undefined;
  readonly unkeptAfter?: number | undefined;
  readonly ordering?: Ordering | undefined;
  readonly slots?: number | undefined;
  readonly refuseOutdated?: boolean | undefined;
  readonly maxReservation?: number | undefined;
  /** An empty text, 0 and no checks ask for nothing. */
  readonly confirmation?: string | undefined;
  readonly approvals?: number | undefined;
  readonly approvers?: string | undefined;
  readonly promoteFrom?: string | undefined;
  readonly promotionCells?: PromotionCells | undefined;
  readonly soak?: number | undefined;
  readonly sameArtifact?: boolean | undefined;
  readonly requireChecks?: readonly string[] | undefined;
  readonly requireVerification?: boolean | undefined;
  readonly gateRollbacks?: boolean | undefined;
  readonly holdAfterFailure?: boolean | undefined;
}

export interface ComponentChanges extends PolicyChanges {
  /** The policies in which it is to follow its environment again. */
  readonly without?: readonly Exclude<keyof ComponentPolicies, "environment" | "component">[] | undefined;
}

export interface EnvironmentChanges extends PolicyChanges {
  readonly retention?: number | undefined;
  readonly hasClosedCells?: boolean | undefined;
  /** What it is to have no longer. */
  readonly without?: readonly ("max_duration" | "retention")[] | undefined;
}

/** Environments and their policies. */
export class Environments extends Calls {
  list(): Promise<Environment[]> {
    return this.rows((sql) => sql`select ${policies(sql)} from deploy_queue.environments order by environment`);
  }

  /** @throws UnknownNameError for an environment that does not exist */
  async get(name: string): Promise<Environment> {
    const environments = await this.list();
    const environment = environments.find((candidate) => candidate.environment === name);
    if (environment === undefined) {
      throw unknownEnvironment(
        name,
        environments.map((existing) => existing.environment),
      );
    }
    return environment;
  }

  /** Adds an environment or changes its policies. */
  set(name: string, changes: EnvironmentChanges): Promise<Environment> {
    return this.change(
      (sql) => sql`
        select ${policies(sql)} from deploy_queue.set_environment(
          environment => ${name},
          retention => make_interval(secs => ${changes.retention ?? null}),
          has_closed_cells => ${changes.hasClosedCells ?? null},
          ${policyArguments(sql, changes)},
          without => ${[...(changes.without ?? [])]}
        )`,
    );
  }

  /** What components demand otherwise than their environments. */
  async components(environment?: string): Promise<ComponentPolicies[]> {
    const rows = await this.rows<ComponentPolicies>(
      (sql) => sql`
        select ${componentPolicies(sql)} from deploy_queue.component_policies
        where ${environment ?? null}::text is null or environment = ${environment ?? null}
        order by environment, component`,
    );
    // One whose policies were all taken back demands nothing.
    return rows.filter(({ environment: _, component: __, ...policies }) =>
      Object.values(policies).some((policy) => policy !== null),
    );
  }

  /** Says what a component demands otherwise than its environment. */
  setComponent(environment: string, component: string, changes: ComponentChanges): Promise<ComponentPolicies> {
    return this.change(
      (sql) => sql`
        select ${componentPolicies(sql)} from deploy_queue.set_component(
          environment => ${environment},
          component => ${component},
          ${policyArguments(sql, changes)},
          without => ${[...(changes.without ?? [])]}
        )`,
    );
  }

  /** Removes an environment that nothing was deployed to. */
  remove(name: string): Promise<Environment> {
    return this.change(
      (sql) => sql`select ${policies(sql)} from deploy_queue.remove_environment(environment => ${name})`,
    );
  }

  /** Adds a cell, or brings a retired one back. */
  addCell(location: Location): Promise<Cell> {
    return this.change(
      (sql) => sql`
        select environment, cloud_provider, region, cell_index as index
        from deploy_queue.add_cell(
          environment => ${location.environment}, cloud_provider => ${location.cloudProvider},
          region => ${location.region}, cell_index => ${location.cellIndex}
        )`,
    );
  }

  /** Says how many deployments without a common key a cell has room for; null is as many as its environment says. */
  setCell(location: Location, slots: number | null): Promise<Cell & { readonly slots: number | null }> {
    return this.change(
      (sql) => sql`
        select environment, cloud_provider, region, cell_index as index, slots
        from deploy_queue.set_cell(
          environment => ${location.environment}, cloud_provider => ${location.cloudProvider},
          region => ${location.region}, cell_index => ${location.cellIndex}, slots => ${slots}
        )`,
    );
  }

  /** Retires a cell: no deployment enters its line from now on. */
  retireCell(location: Location): Promise<Cell> {
    return this.change(
      (sql) => sql`
        select environment, cloud_provider, region, cell_index as index
        from deploy_queue.retire_cell(
          environment => ${location.environment}, cloud_provider => ${location.cloudProvider},
          region => ${location.region}, cell_index => ${location.cellIndex}
        )`,
    );
  }
}

/** How many names a message lists in full. */
const few = 6;

/** @param cure what else to do about it */
export function unknownEnvironment(name: string, known: readonly string[], cure = ""): UnknownNameError {
  const names =
    known.length > few ? `Most like it: ${nearestNames(name, known).join(", ")}.` : `There are: ${known.join(", ")}.`;
  return new UnknownNameError(`environment ${name} does not exist`, { hint: `${names} ${cure}`.trim() });
}

/** The arguments that set_environment and set_component have in common. */
function policyArguments(sql: Sql, changes: PolicyChanges): postgres.PendingQuery<postgres.Row[]> {
  return sql`
    buffer_time => make_interval(secs => ${changes.bufferTime ?? null}),
    heartbeat_timeout => make_interval(secs => ${changes.heartbeatTimeout ?? null}),
    max_duration => make_interval(secs => ${changes.maxDuration ?? null}),
    unkept_after => make_interval(secs => ${changes.unkeptAfter ?? null}),
    ordering => ${changes.ordering ?? null},
    slots => ${changes.slots ?? null},
    refuse_outdated => ${changes.refuseOutdated ?? null},
    max_reservation => make_interval(secs => ${changes.maxReservation ?? null}),
    confirmation => ${changes.confirmation ?? null},
    approvals => ${changes.approvals ?? null},
    approvers => ${changes.approvers ?? null},
    promote_from => ${changes.promoteFrom ?? null},
    promotion_cells => ${changes.promotionCells ?? null},
    soak => make_interval(secs => ${changes.soak ?? null}),
    same_artifact => ${changes.sameArtifact ?? null},
    require_checks => ${changes.requireChecks === undefined ? null : [...changes.requireChecks]},
    require_verification => ${changes.requireVerification ?? null},
    gate_rollbacks => ${changes.gateRollbacks ?? null},
    hold_after_failure => ${changes.holdAfterFailure ?? null}`;
}

function policies(sql: Sql): postgres.PendingQuery<postgres.Row[]> {
  return sql`
    environment,
    extract(epoch from buffer_time)::float8 as buffer_time,
    extract(epoch from heartbeat_timeout)::float8 as heartbeat_timeout,
    extract(epoch from least(heartbeat_timeout / 3, interval '30 seconds'))::float8 as heartbeat_interval,
    extract(epoch from unkept_after)::float8 as unkept_after,
    extract(epoch from max_duration)::float8 as max_duration,
    extract(epoch from retention)::float8 as retention,
    has_closed_cells, ordering, slots, refuse_outdated,
    extract(epoch from max_reservation)::float8 as max_reservation,
    confirmation, approvals, approvers, promote_from, promotion_cells,
    extract(epoch from soak)::float8 as soak,
    same_artifact, require_checks, require_verification, gate_rollbacks, hold_after_failure`;
}

function componentPolicies(sql: Sql): postgres.PendingQuery<postgres.Row[]> {
  return sql`
    environment, component,
    extract(epoch from buffer_time)::float8 as buffer_time,
    extract(epoch from heartbeat_timeout)::float8 as heartbeat_timeout,
    extract(epoch from unkept_after)::float8 as unkept_after,
    extract(epoch from max_duration)::float8 as max_duration,
    ordering, slots, refuse_outdated,
    extract(epoch from max_reservation)::float8 as max_reservation,
    confirmation, approvals, approvers, promote_from, promotion_cells,
    extract(epoch from soak)::float8 as soak,
    same_artifact, require_checks, require_verification, gate_rollbacks, hold_after_failure`;
}
