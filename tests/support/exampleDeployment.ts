import type { DeploymentWithStatus } from "../../src/queue/deployment.js";

/** A deployment as the database returns it, queued where the changes do not say otherwise. */
export function exampleDeployment(changes: Partial<DeploymentWithStatus> = {}): DeploymentWithStatus {
  const now = new Date("2030-01-02T03:04:05Z");
  return {
    ...{ id: 42, environment: "prod", cloud_provider: "aws", region: "us-west-2", cell_index: 1, cell_id: 7 },
    ...{ component: "api", version: "v1.2.3", url: null, note: null, concurrency_key: null, idempotency_key: null },
    ...{ status: "queued", start_timestamp: null, finish_timestamp: null },
    ...{ cancellation_timestamp: null, cancellation_note: null, heartbeat_timestamp: null, max_duration: null },
    ...{ created_at: now, updated_at: now, place: null, priority: 0, hold: null, release_key: null, kept: false },
    ...{ not_before: null, not_after: null, command: null, entered_by: null, actor: null, forced: false },
    ...{ keeper: null, alive_until: null, stop_timestamp: null, stop_grace: null },
    ...{ cancellation_kind: null, parent_id: null, joined_id: null, via_old_names: false },
    ...{ slot: 1, sequence: null, sequence_scope: null },
    ...{
      artifact: null,
      reserved_until: null,
      rollback_of: null,
      confirmation: null,
      verifying_since: null,
      verified_at: null,
    },
    ...changes,
  };
}
