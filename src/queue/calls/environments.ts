import { cellOf } from "../../text/describe.js";
import { nearestNames } from "../../text/nearest.js";
import { snakeCase } from "../camelCase.js";
import type { Cell, Location } from "../deployment.js";
import { UnknownNameError } from "../errors.js";
import { type Arguments, Seconds } from "../source.js";
import { Calls, placed } from "./calls.js";

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
  /** Whether what commands print is kept without being asked for. */
  readonly log: boolean;
  /** How many bytes of the output of a deployment are kept. */
  readonly log_limit: number;
  /** For how long they are kept after its end. */
  readonly log_retention: number;
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
  readonly log: boolean | null;
  readonly log_limit: number | null;
  readonly log_retention: number | null;
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
  readonly log?: boolean | undefined;
  readonly logLimit?: number | undefined;
  readonly logRetention?: number | undefined;
}

export interface ComponentChanges extends PolicyChanges {
  /** The policies in which it is to follow its environment again. */
  readonly without?: readonly (keyof PolicyChanges)[] | undefined;
}

export interface EnvironmentChanges extends PolicyChanges {
  readonly retention?: number | undefined;
  readonly hasClosedCells?: boolean | undefined;
  /** What it is to have no longer. */
  readonly without?: readonly ("maxDuration" | "retention")[] | undefined;
}

/** Environments and their policies. */
export class Environments extends Calls {
  async list(): Promise<Environment[]> {
    const rows = await this.read<EnvironmentRow>("environments", {
      order: ["environment"],
      fields: fieldsOfEnvironment,
    });
    return rows.map(withInterval);
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
  async set(
    name: string,
    { retention, hasClosedCells, without, ...policies }: EnvironmentChanges,
  ): Promise<Environment> {
    const changes = {
      ...{ environment: name, retention: new Seconds(retention), has_closed_cells: hasClosedCells },
      ...{ ...policyArguments(policies), without: (without ?? []).map(snakeCase) },
    };
    return withInterval(await this.change("set_environment", changes, { fields: fieldsOfEnvironment }));
  }

  /** What components demand otherwise than their environments. */
  async components(environment?: string): Promise<ComponentPolicies[]> {
    const order = ["environment", "component"];
    const look = { where: { environment }, order, fields: fieldsOfComponent };
    const rows = await this.read<ComponentPolicies>("component_policies", look);
    // One whose policies were all taken back demands nothing.
    return rows.filter(({ environment: _, component: __, ...policies }) =>
      Object.values(policies).some((policy) => policy !== null),
    );
  }

  /** Whether a deployment of a component finishes only when it has been verified. */
  async requiresVerification(environment: string, component: string): Promise<boolean> {
    const fields = ["require_verification"];
    const [[general], [own]] = await Promise.all([
      this.read<Pick<Environment, "require_verification">>("environments", { where: { environment }, fields }),
      this.read<Pick<ComponentPolicies, "require_verification">>("component_policies", {
        ...{ where: { environment, component }, fields },
      }),
    ]);
    return own?.require_verification ?? general?.require_verification ?? false;
  }

  /** Says what a component demands otherwise than its environment. */
  setComponent(
    environment: string,
    component: string,
    { without, ...policies }: ComponentChanges,
  ): Promise<ComponentPolicies> {
    const changes = { environment, component, ...policyArguments(policies), without: (without ?? []).map(snakeCase) };
    return this.change("set_component", changes, { fields: fieldsOfComponent });
  }

  /** Removes an environment that nothing was deployed to. */
  async remove(name: string): Promise<Environment> {
    return withInterval(
      await this.change("remove_environment", { environment: name }, { fields: fieldsOfEnvironment }),
    );
  }

  /** Adds a cell, or brings a retired one back. */
  async addCell(location: Location): Promise<Cell> {
    return cellOf(await this.change("add_cell", placed(location)));
  }

  /** Says how many deployments without a common key a cell has room for; null is as many as its environment says. */
  async setCell(location: Location, slots: number | null): Promise<Cell & { readonly slots: number | null }> {
    return { ...cellOf(await this.change("set_cell", { ...placed(location), slots })), slots };
  }

  /** Retires a cell: no deployment enters its line from now on. */
  async retireCell(location: Location): Promise<Cell> {
    return cellOf(await this.change("retire_cell", placed(location)));
  }
}

type EnvironmentRow = Omit<Environment, "heartbeat_interval">;

/** How often heartbeats are asked for at least, in seconds. */
const longestInterval = 30;

function withInterval(row: EnvironmentRow): Environment {
  return { ...row, heartbeat_interval: Math.min(row.heartbeat_timeout / 3, longestInterval) };
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
function policyArguments(changes: PolicyChanges): Arguments {
  return {
    buffer_time: new Seconds(changes.bufferTime),
    heartbeat_timeout: new Seconds(changes.heartbeatTimeout),
    max_duration: new Seconds(changes.maxDuration),
    unkept_after: new Seconds(changes.unkeptAfter),
    ordering: changes.ordering,
    slots: changes.slots,
    refuse_outdated: changes.refuseOutdated,
    max_reservation: new Seconds(changes.maxReservation),
    confirmation: changes.confirmation,
    approvals: changes.approvals,
    approvers: changes.approvers,
    promote_from: changes.promoteFrom,
    promotion_cells: changes.promotionCells,
    soak: new Seconds(changes.soak),
    same_artifact: changes.sameArtifact,
    require_checks: changes.requireChecks,
    require_verification: changes.requireVerification,
    gate_rollbacks: changes.gateRollbacks,
    hold_after_failure: changes.holdAfterFailure,
    log: changes.log,
    log_limit: changes.logLimit,
    log_retention: new Seconds(changes.logRetention),
  };
}

const fieldsOfBoth = [
  ...["buffer_time", "heartbeat_timeout", "unkept_after", "max_duration", "ordering", "slots", "refuse_outdated"],
  ...["max_reservation", "confirmation", "approvals", "approvers", "promote_from", "promotion_cells", "soak"],
  ...["same_artifact", "require_checks", "require_verification", "gate_rollbacks", "hold_after_failure"],
  ...["log", "log_limit", "log_retention"],
];
const fieldsOfEnvironment = ["environment", "retention", "has_closed_cells", ...fieldsOfBoth];
const fieldsOfComponent = ["environment", "component", ...fieldsOfBoth];
