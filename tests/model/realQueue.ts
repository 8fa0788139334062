import type { TestDatabase } from "../support/database.js";
import { outcome } from "../support/session.js";
import type { Act } from "./acts.js";
import { answerOfStart, roundMoment, roundWait } from "./answers.js";
import { approverLogin, statementOf } from "./statements.js";
import type { Environment, Reason } from "./world.js";

/** What an observer sees, and the waiters that the last step has notified. */
export interface Sight {
  readonly deployments: unknown;
  readonly woken: ReadonlySet<number>;
  readonly ended: ReadonlySet<number>;
  /** What else keepers were told, as "id payload". */
  readonly told: ReadonlySet<string>;
}

export interface Answer {
  /** As the model has it. */
  readonly answer: string;
  /** Of what is new. */
  readonly id: number;
}

/** What try_start returns; the wait is in minutes. */
interface StartRow {
  readonly started: boolean;
  readonly waiting_on: readonly { kind: Reason["kind"]; deployment_id: number | null; until: string | null }[];
  readonly look_again_in: number;
}

let programs = 0;

/** The queue in the database, used by several connections while one more listens. */
export class RealQueue {
  readonly #database: TestDatabase;
  readonly #connections;
  readonly #ear;
  #heard: { channel: string; payload: string }[] = [];
  #listening = new Set<number>();
  #name = "";
  #hasApprovers = false;
  #origin = new Date(Number.NaN);

  constructor(database: TestDatabase) {
    this.#database = database;
    this.#connections = [database.connect(), database.connect(), database.connect()];
    this.#ear = database.connect({ onNotify: (channel, payload) => void this.#heard.push({ channel, payload }) });
  }

  /** Gives a program environments of its own; its minutes are counted from now, and no time without writes is known. */
  async begin(environments: Readonly<Record<string, Environment>>): Promise<void> {
    this.#name = `program-${programs++}`;
    await this.#makeApprovers();
    // A mutant may have left any time there, which all programs after it would tell of.
    await this.#database.sql`
      update deploy_queue.writes
      set seen_at = deploy_queue._now() - interval '10 seconds', back_since = '-infinity', back_before = '-infinity'`;
    const [row] = await this.#database.sql<{ origin: Date }[]>`
      with added as (
        insert into deploy_queue.environments (environment, buffer_time, heartbeat_timeout, slots, max_reservation, ordering, refuse_outdated, require_verification, hold_after_failure, approvals)
        select ${`${this.#name}-`} || given.key, make_interval(secs => 60 * (given.value ->> 'bufferTime')::float),
          make_interval(secs => 60 * (given.value ->> 'heartbeatTimeout')::float), (given.value ->> 'slots')::integer,
          make_interval(secs => 60 * (given.value ->> 'maxReservation')::float),
          (given.value ->> 'ordering')::deploy_queue.ordering, (given.value ->> 'refusesOutdated')::boolean,
          (given.value ->> 'requiresVerification')::boolean,
          (given.value ->> 'holdsAfterFailure')::boolean,
          (given.value ->> 'approvals')::integer
        from jsonb_each(${JSON.stringify(environments)}::text::jsonb) as given
      )
      select date_trunc('milliseconds', deploy_queue._now()) as origin`;
    this.#origin = row?.origin ?? this.#origin;
    await this.#ear`unlisten *`;
    this.#listening = new Set();
    this.#heard = [];
  }

  async #makeApprovers(): Promise<void> {
    if (this.#hasApprovers) return;
    await this.#database.queue.roles.create();
    for (const login of [approverLogin("ann"), approverLogin("bob")]) {
      await this.#database.sql.unsafe(`
        do $$ begin create role ${login} in role deploy_queue_approver;
        exception when duplicate_object or unique_violation then null; end $$`);
    }
    this.#hasApprovers = true;
  }

  /** @param quiet whether nothing is written meanwhile; another program writes first after it */
  async wait(minutes: number, quiet: boolean): Promise<void> {
    if (!quiet) return this.#database.advance(`${minutes} minutes`);
    await this.#database.pause(`${minutes} minutes`);
    await this.#database.sql`select deploy_queue._note_write()`;
  }

  /** What is done on this connection until `close` is one transaction. */
  async open(on: number): Promise<void> {
    await this.#connections[on]?.unsafe("begin");
  }

  async close(on: number, isKept: boolean): Promise<void> {
    await this.#connections[on]?.unsafe(isKept ? "commit" : "rollback");
  }

  /** @param target the id of the deployment that the act is about */
  async perform(on: number, act: Act, target: number | undefined): Promise<Answer> {
    const sql = this.#connections[on];
    const statement = statementOf(act, target, this.#name);
    if (sql === undefined || statement === undefined) return { answer: "no deployment", id: 0 };
    let answered: Partial<StartRow & { id: number; released: boolean }> = {};
    const code = await outcome(
      sql.unsafe<(typeof answered)[]>(statement).then(([row]) => {
        answered = row ?? {};
      }),
    );
    const answer = answered.released ? "released" : this.#answerOfStart(answered);
    return { answer: answer ?? code, id: answered.id ?? 0 };
  }

  #answerOfStart({ started, waiting_on = [], look_again_in = 0 }: Partial<StartRow>): string | undefined {
    if (started === undefined) return undefined;
    const minutes = (until: string) => roundMoment((Date.parse(until) - this.#origin.getTime()) / 60_000);
    const waitsFor = waiting_on.map(({ kind, deployment_id: by, until }) => ({
      ...{ kind, by },
      until: until === null ? null : minutes(until),
    }));
    return answerOfStart(started, waitsFor, roundWait(look_again_in));
  }

  /** A mark of its own comes after all that was notified before. */
  async look(ids: readonly number[]): Promise<Sight> {
    const [row] = await this.#ear<{ deployments: unknown }[]>`
      select pg_notify('mark', ''), coalesce((
        select json_agg(json_build_object('id', id, 'state', status, 'lease', floor(extract(epoch from alive_until - ${this.#origin}::timestamptz) / 15) / 4, 'keeper', keeper, 'slot', case when one.status in ('running', 'verifying', 'stopping') then (select slot from deploy_queue.deployments where deployments.id = one.id) end, 'waits', coalesce((
          select json_agg(
            json_build_array(kind, reason.deployment_id, floor(extract(epoch from until - ${this.#origin}::timestamptz) / 15) / 4)
            order by reason.deployment_id, reason.kind
          )
          from deploy_queue.waiting_on(one.id) as reason where one.status in ('held', 'reserved', 'queued')
        ), '[]')) order by id)
        from deploy_queue.deployments_with_status as one
        where id = any (${`{${ids.join(",")}}`}::bigint[])
      ), '[]') as deployments`;
    const heard = this.#heard.map(({ channel, payload }) => ({ id: Number(/\d+$/.exec(channel)?.[0]), payload }));
    this.#heard = [];
    const idsOf = (wanted: string) => new Set(heard.filter(({ payload }) => payload === wanted).map(({ id }) => id));
    const others = heard.filter(({ id, payload }) => !Number.isNaN(id) && !["", "ended"].includes(payload));
    const told = new Set(others.map(({ id, payload }) => `${id} ${payload}`));
    return { deployments: row?.deployments, woken: idsOf(""), ended: idsOf("ended"), told };
  }

  /** Listens for those that are new. */
  async listen(ids: readonly number[]): Promise<void> {
    for (const id of ids.filter((id) => !this.#listening.has(id))) {
      await this.#ear.unsafe(`listen deploy_queue_deployment_${id}`);
      this.#listening.add(id);
    }
  }

  /** Leaves nothing that waits or runs. Returns how many deployments the program has made. */
  async end(): Promise<number> {
    const [row] = await this.#database.sql<{ count: number }[]>`
      with cancelled as (
        select from deploy_queue.deployments as live
        cross join lateral deploy_queue.cancel(live.id, force => true)
        where starts_with(live.environment, ${`${this.#name}-`})
          and live.finish_timestamp is null and live.cancellation_timestamp is null
      )
      select count(*)::integer as count from deploy_queue.deployments
      where starts_with(environment, ${`${this.#name}-`}) and (select count(*) from cancelled) >= 0`;
    return row?.count ?? 0;
  }
}
