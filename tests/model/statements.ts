import type { Act, Approver } from "./acts.js";
import type { Place, ComponentDemands as Policies } from "./world.js";

/** An act as SQL for the program of that name; undefined when it is about a deployment and there is none. */
export function statementOf(act: Act, target: number | undefined, program: string): string | undefined {
  switch (act.act) {
    case "enqueue":
      return act.by === "function" ? enqueueByFunction(act, program, target) : enqueueByStatement(act, program);
    case "insert running":
      return `
        insert into deploy_queue.deployments
          (environment, cloud_provider, region, cell_index, component, concurrency_key, start_timestamp)
        values ('${program}-${act.environment}', 'aws', 'model', ${act.cell}, '${program}-${act.component}', ${text(act.key)},
          deploy_queue._now())
        returning id`;
    case "start":
    case "verify":
    case "finish":
    case "cancel":
    case "heartbeat":
    case "release":
    case "confirm":
      return target === undefined ? undefined : act.by === "function" ? call(act, target) : updateOf(act, target);
    case "confirm stop":
      return target === undefined ? undefined : `select from deploy_queue.confirm_stop(${target})`;
    case "fail":
      return target === undefined ? undefined : `select from deploy_queue.fail(${target}, 'model')`;
    case "force":
      return target === undefined ? undefined : `select from deploy_queue.cancel(${target}, 'model', force => true)`;
    case "bump":
      return target === undefined
        ? undefined
        : act.by === "function"
          ? `select from deploy_queue.bump(${target}, 'model', ${act.priority})`
          : `update deploy_queue.deployments set priority = ${act.priority} where id = ${target}`;
    case "freeze":
      return `
        select deploy_queue.freeze('${program}-${act.environment}', 'model', ${freezePlace(act.place)}
          allow_key => ${text(act.key)}, allow_role => ${act.key === null ? "null" : "session_user"})::text as text
        where not exists (
          select from deploy_queue.freezes_in_force where environment = '${program}-${act.environment}'
        )`;
    case "thaw":
      return `
        select deploy_queue.thaw(freeze_id)::text as text from deploy_queue.freezes_in_force
        where environment = '${program}-${act.environment}'`;
    case "allow":
      return target === undefined
        ? undefined
        : `select allowed.reason from deploy_queue.deployments as one
             join deploy_queue.freezes_in_force as placed on placed.environment = one.environment
             cross join lateral deploy_queue.allow_through_freeze(placed.freeze_id, one.id) as allowed
             where one.id = ${target}`;
    case "start now":
      return target === undefined ? undefined : `select from deploy_queue.start_now(${target}, 'model')`;
    case "hold line":
      return target === undefined ? undefined : ofCell("hold_line", target, ", 'model', one.id");
    case "release line":
      return target === undefined ? undefined : ofCell("release_line", target, "");
    case "approve":
    case "disapprove":
      return target === undefined ? undefined : approval(act, target);
    case "purge":
      return target === undefined ? undefined : `select from deploy_queue.purge(${target}, 'model')`;
    case "add window":
      return `
        select deploy_queue.add_window('${program}-${act.environment}', '{1,2,3,4,5,6,7}',
          ${timeOfDay(act.opens)}, ${timeOfDay(act.closes)})::text as text
        where not exists (
          select from deploy_queue.maintenance_windows where environment = '${program}-${act.environment}'
        )`;
    case "remove window":
      return `
        select deploy_queue.remove_window(id)::text as text from deploy_queue.maintenance_windows
        where environment = '${program}-${act.environment}'`;
    case "cancel version":
      return `select count(*) from deploy_queue.cancel_version('${program}-${act.component}', '${act.version}')`;
    case "cancel location":
      return `
        select count(*) from deploy_queue.cancel_location('${program}-${act.environment}', 'aws', 'model', ${act.cell})`;
    case "reap":
      return "select count(*) from deploy_queue.reap_stale_deployments()";
    case "report check":
      return `
        select from deploy_queue.report_check('${program}-${act.component}', '${act.version}', '${act.name}', ${act.passed},
          expires_in => ${minutes(act.expiresIn)})`;
    case "change key":
      return target === undefined ? undefined : update(`concurrency_key = ${text(act.key)}`)(target);
    case "set environment":
      return act.by === "function"
        ? `select from deploy_queue.set_environment('${program}-${act.environment}', ${argumentsOf(act.policies, program)})`
        : `update deploy_queue.environments set ${assignmentsOf(act.policies, program)}
           where environment = '${program}-${act.environment}'`;
    case "set component":
      return act.by === "function"
        ? `select from deploy_queue.set_component('${program}-${act.environment}', '${program}-${act.component}',
             ${argumentsOf(act.policies, program)}, without => '{${act.without.map((name) => columns[name]).join()}}')`
        : `delete from deploy_queue.component_policies
           where environment = '${program}-${act.environment}' and component = '${program}-${act.component}'`;
    case "mark bad":
      return `select count(*) from deploy_queue.mark_bad('${program}-${act.component}', '${act.version}', 'model')`;
    case "mark good":
      return `select count(*) from deploy_queue.mark_good('${program}-${act.component}', '${act.version}')`;
    case "set cell":
      return `select from deploy_queue.set_cell('${program}-${act.environment}', 'aws', 'model', ${act.cell}, ${act.slots})`;
    case "redeem":
      return target === undefined
        ? undefined
        : `select from deploy_queue.redeem(${target}, version => ${text(act.version)}, heartbeat => ${act.heartbeat},
             confirmation => ${text(act.confirmation)},             keeper => ${text(act.keeper)}, stop_grace => ${minutes(act.stopGrace)})`;
  }
}

const columns: Record<keyof Policies, string> = {
  bufferTime: "buffer_time",
  heartbeatTimeout: "heartbeat_timeout",
  slots: "slots",
  checks: "require_checks",
  ordering: "ordering",
  refusesOutdated: "refuse_outdated",
  holdsAfterFailure: "hold_after_failure",
  requiresVerification: "require_verification",
  confirmation: "confirmation",
  approvals: "approvals",
  promotesFrom: "promote_from",
  promotesFromAll: "promotion_cells",
  soak: "soak",
  gatesRollbacks: "gate_rollbacks",
};

function valuesOf(policies: Policies, program: string) {
  const {
    bufferTime,
    heartbeatTimeout,
    slots,
    checks,
    ordering,
    refusesOutdated,
    requiresVerification,
    holdsAfterFailure,
    confirmation,
    approvals,
  } = policies;
  const { promotesFrom, promotesFromAll, soak, gatesRollbacks } = policies;
  return [
    [columns.bufferTime, minutes(bufferTime)],
    [columns.heartbeatTimeout, minutes(heartbeatTimeout)],
    [columns.slots, String(slots)],
    [columns.checks, checks === null ? "null" : `'{${checks.join()}}'::text[]`],
    [columns.ordering, `${text(ordering)}::deploy_queue.ordering`],
    [columns.refusesOutdated, String(refusesOutdated)],
    [columns.requiresVerification, String(requiresVerification)],
    [columns.holdsAfterFailure, String(holdsAfterFailure)],
    [columns.confirmation, text(confirmation)],
    [columns.approvals, String(approvals)],
    [columns.promotesFrom, promotesFrom === "" ? "''" : ofProgram(promotesFrom, program)],
    [
      columns.promotesFromAll,
      `${text(promotesFromAll === null ? null : promotesFromAll ? "all" : "any")}::deploy_queue.promotion_cells`,
    ],
    [columns.soak, minutes(soak)],
    [columns.gatesRollbacks, String(gatesRollbacks)],
  ] as const;
}

const argumentsOf = (policies: Policies, program: string) =>
  valuesOf(policies, program)
    .map(([name, value]) => `${name} => ${value}`)
    .join(", ");
const assignmentsOf = (policies: Policies, program: string) =>
  valuesOf(policies, program)
    .map(([name, value]) => `${name} = coalesce(${value}, ${name})`)
    .join(", ");

type Enqueue = Extract<Act, { act: "enqueue" }>;

function enqueueByFunction(
  {
    environment,
    cell,
    key,
    component,
    version,
    sequence,
    scope,
    reserveFor,
    rollbackOf,
    heartbeat,
    idempotencyKey,
    confirmation,
    maxDuration,
    priority,
    hold,
    notBefore,
    notAfter,
    start,
    keeper,
    stopGrace,
  }: Enqueue,
  program: string,
  parent: number | undefined,
): string {
  return `
    select id from deploy_queue.enqueue('${program}-${environment}', 'aws', 'model', ${cell}, '${program}-${component}', '${version}',
      concurrency_key => ${text(key)}, heartbeat => ${heartbeat},
      idempotency_key => ${ofProgram(idempotencyKey, program)}, max_duration => ${minutes(maxDuration)},
      priority => ${priority}, hold => ${text(hold)}, not_before => ${fromNow(notBefore)},
      not_after => ${fromNow(notAfter)}, start => ${start}, keeper => ${text(heartbeat ? keeper : null)},
      stop_grace => ${minutes(stopGrace)}, parent_id => ${parent ?? "null"}, join_parent => ${parent !== undefined},
      sequence => ${sequence}, sequence_scope => ${text(sequence === null ? null : scope)},
      reserve_for => ${minutes(reserveFor)}, rollback_of => ${rollbackOf}, confirmation => ${text(confirmation)})`;
}

function enqueueByStatement(
  {
    environment,
    cell,
    key,
    component,
    version,
    sequence,
    scope,
    reserveFor,
    rollbackOf,
    heartbeat,
    idempotencyKey,
    confirmation,
    maxDuration,
    priority,
    hold,
    notBefore,
    notAfter,
  }: Enqueue,
  program: string,
): string {
  return `
    insert into deploy_queue.deployments (environment, cloud_provider, region, cell_index, component, version,
      concurrency_key, heartbeat_timestamp, idempotency_key, max_duration, priority, hold, not_before, not_after,
      sequence, sequence_scope, reserved_until, rollback_of, confirmation)
    values ('${program}-${environment}', 'aws', 'model', ${cell}, '${program}-${component}', '${version}', ${text(key)},
      ${heartbeat ? "now()" : "null"}, ${ofProgram(idempotencyKey, program)}, ${minutes(maxDuration)}, ${priority},
      ${text(hold)}, ${fromNow(notBefore)}, ${fromNow(notAfter)}, ${sequence},
      ${text(sequence === null ? null : scope)}, ${fromNow(reserveFor)}, ${rollbackOf}, ${text(confirmation)})
    returning id`;
}

type Change = Extract<Act, { act: "start" | "verify" | "finish" | "cancel" | "heartbeat" | "release" | "confirm" }>;

function call(act: Change, id: number): string {
  switch (act.act) {
    case "start":
      return `
        select started, waiting_on, extract(epoch from look_again_in)::float / 60 as look_again_in
        from deploy_queue.try_start(${id}, heartbeat => ${act.heartbeat}, keeper => ${text(act.keeper)},
          stop_grace => ${minutes(act.stopGrace)})`;
    case "finish":
      return `select from deploy_queue.finish(${id}, verified => ${act.verified})`;
    case "verify":
      return `select from deploy_queue.begin_verification(${id})`;
    case "cancel":
      return `select from deploy_queue.cancel(${id}, 'model')`;
    case "heartbeat":
      return `select from deploy_queue.heartbeat(${id}, ${text(act.keeper)})`;
    case "release":
      return `
        select released from deploy_queue.release(${id}, heartbeat => ${act.heartbeat},
          release_key => ${text(act.releaseKey)}, confirmation => ${text(act.confirmation)})`;
    case "confirm":
      return `select from deploy_queue.confirm(${id}, ${text(act.confirmation)})`;
  }
}

/** The login of an approver; the owner is who is connected. */
export const approverLogin = (who: Exclude<Approver, "owner">) => `deploy_queue_model_${who}`;

function approval({ act, as }: Extract<Act, { act: "approve" | "disapprove" }>, id: number): string {
  const call = `select from deploy_queue.${act}(${id}, 'model')`;
  return as === "owner"
    ? call
    : `set session authorization ${approverLogin(as)}; ${call}; set session authorization default`;
}

const update = (set: string) => (id: number) => `update deploy_queue.deployments set ${set} where id = ${id}`;

const beat = ", heartbeat_timestamp = deploy_queue._now()";

function updateOf(act: Change, id: number): string {
  switch (act.act) {
    case "start":
      return update(`start_timestamp = now()${act.heartbeat ? beat : ""}`)(id);
    case "finish":
      return update(`finish_timestamp = now()${act.verified ? ", verified_at = now()" : ""}`)(id);
    case "verify":
      return update("verifying_since = now()")(id);
    case "cancel":
      return update("cancellation_timestamp = now(), cancellation_note = 'model'")(id);
    case "heartbeat":
      return update("heartbeat_timestamp = now()")(id);
    case "release":
      return update(`hold = null${act.heartbeat ? beat : ""}`)(id);
    case "confirm":
      return update(`confirmation = ${text(act.confirmation)}`)(id);
  }
}

/** A call for the cell of a deployment. */
function ofCell(name: string, id: number, more: string): string {
  return `select deploy_queue.${name}(one.environment, one.cloud_provider, one.region, one.cell_index${more})::text as text
    from deploy_queue.deployments as one where one.id = ${id}`;
}

function freezePlace(place: Place): string {
  return place.map((part) => `'${part}', `).join("");
}

function timeOfDay(count: number): string {
  return `((${fromNow(count)}) at time zone 'UTC')::time`;
}

function fromNow(count: number | null): string {
  return count === null ? "null" : `deploy_queue._now() + ${minutes(count)}`;
}

function minutes(count: number | null): string {
  return count === null ? "null" : `interval '${count} minutes'`;
}

/** A name that no other program has. */
function ofProgram(name: string | null, program: string): string {
  return text(name === null ? null : `${program}-${name}`);
}

function text(value: string | null): string {
  return value === null ? "null" : `'${value}'`;
}
