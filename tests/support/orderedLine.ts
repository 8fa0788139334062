import type { TestDatabase } from "./database.js";

/** What is said of a deployment that enters, by the names of SQL. */
export type Terms = Record<string, string | number | boolean>;

let lines = 0;

/** A cell of an environment of its own, in which deployments are named by one letter. */
export function newOrderedLine({ sql }: TestDatabase, policies: Terms = {}) {
  const environment = `ordered-${lines++}`;
  const names = new Map<number, string>();
  const ids = new Map<string, number>();
  const literal = (value: string | number | boolean) =>
    typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value);
  const arguments_ = (terms: Terms) => Object.entries(terms).map(([name, value]) => `${name} => ${literal(value)}`);
  const id = (name: string) => ids.get(name) ?? 0;
  const nameOf = (given: number | null) => (given === null ? "" : (names.get(given) ?? String(given)));

  const self = {
    environment,
    id,
    ready: sql.unsafe(
      `select from deploy_queue.set_environment('${environment}', ${arguments_({ buffer_time: "0", ...policies }).join(", ")})`,
    ),
    async enter(name: string, terms: Terms = {}): Promise<number> {
      const all = { environment, cloud_provider: "aws", region: "here", cell_index: 1, component: "api", ...terms };
      const [row] = await sql.unsafe<{ id: number }[]>(
        `select id from deploy_queue.${"valid_for" in terms ? "reserve" : "enqueue"}(${arguments_(all).join(", ")})`,
      );
      names.set(row?.id ?? 0, name);
      ids.set(name, row?.id ?? 0);
      return row?.id ?? 0;
    },
    /** What would come of it if it entered now. */
    async preflight(terms: Terms = {}): Promise<{ position: number; blockers: string } | undefined> {
      const all = { environment, cloud_provider: "aws", region: "here", cell_index: 1, component: "api", ...terms };
      const [row] = await sql.unsafe<{ position: number; blockers: string }[]>(
        `select "position", (select coalesce(string_agg(blocker ->> 'kind', ', '), '') from jsonb_array_elements(blockers) as blocker) as blockers
         from (select (forecast).* from deploy_queue.preflight(${arguments_(all).join(", ")})) as shown`,
      );
      return row;
    },
    /** Whether it has started, else what it waits for, as in "running a, queued b". */
    async start(name: string): Promise<string> {
      const [row] = await sql<{ started: boolean; waiting_on: { kind: string; deployment_id: number | null }[] }[]>`
        select started, waiting_on from deploy_queue.try_start(${id(name)})`;
      const reasons = row?.waiting_on ?? [];
      return row?.started
        ? "started"
        : reasons.map(({ kind, deployment_id }) => `${kind} ${nameOf(deployment_id)}`.trim()).join(", ");
    },
    finish: (name: string) => sql`select from deploy_queue.finish(${id(name)})`,
    cancel: (name: string) => sql`select from deploy_queue.cancel(${id(name)}, 'test')`,
    /** The line, as in "a b c". */
    async order(): Promise<string> {
      const rows = await sql<{ deployment_id: number }[]>`
        select deployment_id from deploy_queue.queue where environment = ${environment} order by "position"`;
      return rows.map((row) => nameOf(row.deployment_id)).join(" ");
    },
    /** Its state, and its note if it was cancelled. */
    async state(name: string): Promise<string> {
      const [row] = await sql<{ status: string; kind: string | null; note: string | null }[]>`
        select status, cancellation_kind as kind, cancellation_note as note
        from deploy_queue.deployments_with_status where id = ${id(name)}`;
      return [row?.status, row?.kind, row?.note].filter((part) => part !== null).join(": ");
    },
  };
  return self;
}
