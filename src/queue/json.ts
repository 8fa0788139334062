import { InvalidValueError } from "./errors.js";
import { argumentName } from "./parameterProblem.js";
import { type Argument, Json, Seconds, type Shape } from "./source.js";

/** The fields, and the functions, whose values are moments: JSON has them as text. */
export const moments: ReadonlySet<string> = new Set([
  ...["alive_until", "as_of", "buffering_until", "cancellation_timestamp", "closes"],
  ...["created_at", "delivered_at", "due_at", "ends_by", "expires_at", "finish_timestamp"],
  ...["finished_at", "first_finish_timestamp", "given_up_at", "heartbeat_timestamp", "held_at"],
  ...["held_from", "held_until", "idle_since", "last_finish_timestamp", "last_seen_at"],
  ...["lifted_at", "logged_at", "moment", "not_after", "not_before", "occurred_at"],
  ...["old_secret_until", "oldest_pending_at", "opens", "paused_until", "predicted_start"],
  ...["reaped_at", "removed_at", "reported_at", "reserved_until", "retired_at", "revoked_at"],
  ...["seen_at", "silent_since", "since", "start_timestamp", "started_at", "stop_timestamp"],
  ...["stops_by", "unkept_since", "until", "updated_at", "used_at", "verified_at"],
  ...["verifying_since", "week"],
]);

/** What may be given as a text of digits. */
export const ids: ReadonlySet<string> = new Set(["id", "deployment_id", "parent_id", "rollback_of", "message_id"]);

/** @throws InvalidValueError for what JSON cannot say */
export function asJson(name: string, value: Argument): unknown {
  if (value instanceof Seconds) {
    if (value.value !== null && !Number.isFinite(value.value)) {
      throw new InvalidValueError(`${argumentName(name)} is no duration that the database can hold`);
    }
    return value.value;
  }
  if (value instanceof Json) {
    return value.value ?? null;
  }
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) {
      throw new InvalidValueError(`${argumentName(name)} is no valid date`);
    }
    return value.toISOString();
  }
  if (Buffer.isBuffer(value)) {
    return `\\x${value.toString("hex")}`;
  }
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new InvalidValueError(`${argumentName(name)} must be a whole number, not "${value}"`);
  }
  return typeof value === "string" && ids.has(name) && /^\d{1,15}$/.test(value) ? Number(value) : (value ?? null);
}

/** A row of JSON in the form that rows of the database have. @param name of the function or view that it comes from */
export function asRow<Row extends object>(name: string, json: unknown, { fields, unfold }: Shape): Row {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    return Object({ answer: dated(name, json) });
  }
  const whole: Readonly<Record<string, unknown>> = Object(json);
  const plain = fields === undefined ? whole : Object.fromEntries(fields.map((field) => [field, whole[field]]));
  const unfolded: object = unfold === undefined ? {} : Object(whole[unfold]);
  return Object(
    Object.fromEntries(Object.entries({ ...plain, ...unfolded }).map(([field, value]) => [field, dated(field, value)])),
  );
}

function dated(name: string, value: unknown): unknown {
  return moments.has(name) && typeof value === "string" ? new Date(value) : value;
}
