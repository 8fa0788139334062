import type postgres from "postgres";
import type { Database } from "../database/database.js";
import { explainRefusal } from "./denial.js";
import { DeploymentNotFoundError, OtherKeeperError, translateError } from "./errors.js";
import {
  type Argument,
  type Arguments,
  type CallOptions,
  Json,
  type Look,
  Seconds,
  type Shape,
  type Source,
} from "./source.js";

type Parameter = string | number | boolean | Date | Buffer | string[] | number[] | null;

/** A statement whose text is the same for each call of the same kind, so that its plan is kept. */
class Statement {
  readonly parameters: Parameter[] = [];

  parameter(value: Parameter): string {
    return `$${this.parameters.push(value)}`;
  }

  argument(value: Argument): string {
    if (value instanceof Seconds) {
      return `make_interval(secs => ${this.parameter(value.value)})`;
    }
    if (value instanceof Json) {
      return `${this.parameter(value.value === undefined ? null : JSON.stringify(value.value))}::text::jsonb`;
    }
    return this.parameter(isList(value) ? listed(value) : (value ?? null));
  }
}

/** The queue over a connection to its database: each call is one statement. */
export class DatabaseSource implements Source {
  readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  get target(): string {
    return this.database.target;
  }

  get actor(): string | undefined {
    return this.database.actor;
  }

  call<Row extends object>(name: string, values: Arguments, options: CallOptions = {}): Promise<Row[]> {
    const statement = new Statement();
    const actor = options.changes === true ? this.actor : undefined;
    const who = actor === undefined ? undefined : statement.parameter(actor);
    const given = Object.entries(values).map(([key, value]) => `${key} => ${statement.argument(value)}`);
    const called = `select ${fieldsOf(options)} from deploy_queue.${name}(${given.join(", ")}) as answer`;
    return this.#rows(name, who === undefined ? called : actingAs(who, called), statement, options.timeout);
  }

  look<Row extends object>(
    view: string,
    { where = {}, from = {}, order = [], limit, ...options }: Look,
  ): Promise<Row[]> {
    const statement = new Statement();
    const conditions = [
      ...Object.entries(where).flatMap(([field, value]) =>
        value === undefined
          ? []
          : isList(value)
            ? [`${field} in (${value.map((one) => statement.parameter(one)).join(", ")})`]
            : [`${field} = ${statement.parameter(value)}`],
      ),
      ...Object.entries(from).map(([field, least]) => `${field} >= ${statement.parameter(least)}`),
    ];
    const text = [
      `select ${fieldsOf(options)} from deploy_queue.${view} as answer`,
      ...(conditions.length > 0 ? [`where ${conditions.join(" and ")}`] : []),
      ...(order.length > 0 ? [`order by ${order.map((field) => field.replace(/^-(.*)/, "$1 desc")).join(", ")}`] : []),
      ...(limit === undefined ? [] : [`limit ${statement.parameter(limit)}`]),
    ];
    return this.#rows(view, text.join(" "), statement, options.timeout);
  }

  async #rows<Row extends object>(
    name: string,
    text: string,
    { parameters }: Statement,
    timeout?: number,
  ): Promise<Row[]> {
    const query = (sql: postgres.Sql): postgres.PendingQuery<Row[]> =>
      sql.unsafe<Row[]>(text, parameters, { prepare: true });
    try {
      return await this.database.query(query, timeout);
    } catch (error) {
      const translated = translateError(await explainRefusal(error, this.database, name));
      if (!(translated instanceof DeploymentNotFoundError || translated instanceof OtherKeeperError)) {
        throw translated;
      }
    }
    // A former primary that does not know yet that it is one does not know what came after it, either.
    await this.proveItWrites();
    try {
      return await this.database.query(query, timeout);
    } catch (error) {
      throw translateError(error);
    }
  }

  proveItWrites(): Promise<void> {
    return this.database.proveItWrites();
  }

  listen(channel: string): Promise<void> {
    return this.database.listen(channel);
  }

  isKept(): boolean {
    return false;
  }

  unlisten(channel: string): Promise<void> {
    return this.database.unlisten(channel);
  }

  onWakeUp(channel: string, callback: () => void): () => void {
    return this.database.onWakeUp(channel, callback);
  }

  notificationsArrive(channel: string): Promise<boolean | undefined> {
    return this.database.notificationsArrive(channel);
  }

  async followTransitions(): Promise<void> {
    await this.call("follow_transitions", {});
  }

  async unfollowTransitions(): Promise<void> {
    await this.call("unfollow_transitions", {});
  }

  ownsSession(): void {
    // The next call prepares its statement.
    this.database.connection.prepareStatements();
  }

  giveWay(): Promise<number> {
    return this.database.connection.giveWay();
  }

  leaver(): () => void {
    const { connection } = this.database;
    const { present } = connection;
    return () => connection.leave(present);
  }

  close(): Promise<void> {
    return this.database.close();
  }
}

function fieldsOf({ fields, unfold }: Shape): string {
  const plain = fields === undefined ? ["answer.*"] : fields.map((field) => `answer.${field}`);
  return [...plain, ...(unfold === undefined ? [] : [`(answer.${unfold}).*`])].join(", ");
}

/**
 * The statement, after its transaction was told who acts. It is told in the statement itself: a pooler refuses a setting of the session
 * at the start, and would give one that is made later to other clients. What follows refers to it, and so runs after it.
 */
function actingAs(who: string, called: string): string {
  return `
    select answer.*
    from (select set_config('deploy_queue.actor', ${who}, true) as actor offset 0) as who,
      lateral (select called.* from (${called}) as called where who.actor is not null offset 0) as answer`;
}

function isList(value: unknown): value is readonly string[] | readonly number[] {
  return Array.isArray(value);
}

function listed(values: readonly string[] | readonly number[]): string[] | number[] {
  return values.every((value) => typeof value === "number") ? [...values] : values.map(String);
}
