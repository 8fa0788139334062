import { expect, test } from "vitest";
import { definitionOf, lockPlots, type Plot } from "../faults/lockPlots.js";
import { orderingPlots } from "../faults/orderingPlots.js";
import { useDatabase } from "../support/database.js";
import type { Terms } from "../support/orderedLine.js";
import { openSession } from "../support/session.js";

const database = useDatabase();
const { sql } = database;
const plots = lockPlots(database);
const ordering = orderingPlots(database);

/** A lock, or a second look under a lock, that a slip of the hand takes away: without it, the plot ends in another way. */
const mutants: readonly (readonly [what: string, name: string, from: string, to: string, plot: Plot, end: string])[] = [
  ...(
    [
      ["start", "v_starts or", "queued", "start_timestamp = 'infinity'"],
      ["finish", "or v_finishes", "running", "finish_timestamp = now()"],
      ["cancel", "or v_cancels", "queued", "cancellation_timestamp = now()"],
      ["release", "or v_cancels or v_changes_more", "held", "hold = null"],
      ["priority", "or v_cancels or v_changes_more", "queued", "priority = 1"],
    ] as const
  ).map(
    ([what, from, state, set]) =>
      [
        `a plain UPDATE of ${what} decides under the lock of the cell`,
        "tg_deployments__guard",
        from,
        "",
        plots.inOrder(state, (id) => `update deploy_queue.deployments set ${set} where id = ${id}`),
        "after",
      ] as const,
  ),
  [
    "an INSERT draws its id under the lock of the cell",
    "tg_deployments__enqueue",
    "not deploy_queue._lock_cell(new.cell_id)",
    "false",
    plots.inOrder("queued", (_, region) => `select from deploy_queue.enqueue('dev', 'aws', '${region}', 0, 'api')`),
    "after",
  ],
  [
    "a bump looks at the others under the lock of the cell",
    "bump",
    "_lock_deployment(",
    "_lock_row(",
    plots.bumpedTwice,
    "priority 2",
  ],
  ["one of two releases is told that it released", "_lock_row", "for no key update", "", plots.releasedTwice, "f"],
  ["a purge does not touch what was released meanwhile", "_lock_row", "for no key update", "", plots.purged, "QD029"],
  [
    "the second of two looks that reap the same holder waits for the first",
    "try_start",
    "perform deploy_queue._lock_cell(v_deployment.cell_id);",
    "",
    plots.reapedTwice,
    "waits",
  ],
  ["a bulk cancel takes rows before cells", "_cancel_each", "for no key update", "", plots.rowsBeforeCells, "ok ok"],
  [
    "a bulk cancel takes cells in ascending order",
    "_cancel_each",
    "perform deploy_queue._lock_cells(v_cell_ids);",
    "",
    plots.cellsInOrder,
    "ok ok",
  ],
  [
    "a change of several environments takes cells in ascending order",
    "tg__lock_lines",
    "perform deploy_queue._lock_cells(",
    "perform (",
    plots.policiesInOrder((names) => `update deploy_queue.environments set slots = 2 where environment in ${names}`),
    "ok ok",
  ],
  [
    "a change of components of several environments takes cells in ascending order",
    "tg__lock_lines",
    "perform deploy_queue._lock_cells(",
    "perform (",
    plots.policiesInOrder(
      (names) => `update deploy_queue.component_policies set slots = 2 where environment in ${names}`,
      (environment) => `select from deploy_queue.set_component('${environment}', 'api', slots => 1)`,
    ),
    "ok ok",
  ],
  [
    "an end of several freezes takes cells in ascending order",
    "tg_freezes__wake",
    "perform deploy_queue._lock_cells(",
    "perform (",
    plots.policiesInOrder(
      (names) => `update deploy_queue.freezes set lifted_at = now() where environment in ${names}`,
      (environment) => `select from deploy_queue.freeze('${environment}', 'a test')`,
    ),
    "ok ok",
  ],
  [
    "an end of several windows takes cells in ascending order",
    "tg_maintenance_windows__wake",
    "perform deploy_queue._lock_cells(",
    "perform (",
    plots.policiesInOrder(
      (names) => `delete from deploy_queue.maintenance_windows where environment in ${names}`,
      (environment) => `select from deploy_queue.add_window('${environment}', '{1}', '01:00', '02:00')`,
    ),
    "ok ok",
  ],
  [
    "usual durations are measured anew under the lock of the cell",
    "refresh_durations",
    "perform deploy_queue._lock_cell(v_group.cell_id);",
    "",
    plots.measuredAnew,
    "waits",
  ],
  [
    "heartbeats for many do not wait for a row",
    "heartbeats",
    "for no key update skip locked",
    "for no key update",
    plots.besideLockedRow((id) => `select from deploy_queue.heartbeats(array[${id}])`),
    "goes on, running",
  ],
  [
    "a reaping does not wait for a row",
    "_reap",
    "for no key update skip locked",
    "for no key update",
    plots.besideLockedRow(() => "select from deploy_queue.reap_stale_deployments()"),
    "goes on, running",
  ],
  [
    "a reaping leaves a row to the heartbeat that is renewing it",
    "_reap",
    "for no key update skip locked",
    "",
    plots.renewedMeanwhile,
    "goes on, running",
  ],
  [
    "a reaping does not wait for a cell",
    "_reap",
    "pg_try_advisory_xact_lock(25713, stale.cell_id)",
    "true",
    plots.besideLockedCell,
    "goes on",
  ],
  [
    "a reaping looks again, now that it has the row",
    "_reap",
    "v_ids := array(select deploy_queue._stale(v_ids));",
    "",
    plots.renewedBeforeItsRowIsLocked,
    "queued",
  ],
  [
    "two that enter with sequences at once stand in their order",
    "tg_deployments__enqueue",
    "not deploy_queue._lock_cell(new.cell_id)",
    "false",
    ordering.enteringAtOnce,
    "waits web run-3 run-5",
  ],
  ...(
    [
      [
        "a lower sequence that enters",
        {},
        (environment) => `select from deploy_queue.enqueue('${environment}', 'aws', 'here', 1, 'api', sequence => 3)`,
      ],
      [
        "a change to fewer slots",
        { slots: 2 },
        (environment) => `select from deploy_queue.set_environment('${environment}', slots => 1)`,
      ],
      [
        "a change of the ordering",
        {},
        (environment) => `select from deploy_queue.set_environment('${environment}', ordering => 'latest-ready')`,
      ],
    ] as const satisfies readonly (readonly [string, Terms, (environment: string) => string])[]
  ).map(
    ([what, policies, change]) =>
      [
        `the head does not start beside ${what}`,
        "tg_deployments__guard",
        "v_starts or v_finishes",
        "v_finishes",
        ordering.startBeside(policies, change),
        "queued",
      ] as const,
  ),
  [
    "a redemption that comes too late is refused while another one starts",
    "_refuse_late_redemption",
    "reservation.reserved_until <=",
    "null <=",
    ordering.lateRedemption,
    "QD052",
  ],
  [
    "a newer one does not wait for the row of the one that it supersedes",
    "_drop_obsolete",
    "for no key update skip locked",
    "for no key update",
    ordering.supersedingLockedRow,
    "goes on",
  ],
  [
    "nothing waits for an outdated one whose row was locked",
    "_policy",
    "or general.refuse_outdated",
    "",
    ordering.behindLockedRow,
    "started",
  ],
];

test.for(mutants)("%s", async ([, name, from, to, plot, end]) => {
  const sessions = [await openSession(database), await openSession(database)] as const;
  expect(await plot(...sessions)).toBe(end);

  const text = await definitionOf(database, name);
  expect(text).toContain(from);
  await sql.unsafe(text.replaceAll(from, to));
  try {
    expect(await plot(...sessions)).not.toBe(end);
  } finally {
    await sql.unsafe(text);
  }
});
