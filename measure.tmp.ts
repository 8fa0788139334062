import postgres from "postgres";
import { startTestServer } from "/work/wt7/tests/support/server.js";
import { readFileSync } from "node:fs";
const server = await startTestServer();
const s = postgres(server.url, { max: 1, onnotice: () => undefined });
const body = (f: string) => readFileSync(f, "utf8");
await s.unsafe(body("/work/wt7/migrations/committed/000001-the-queue.sql"));
await s.unsafe(`begin; set local session_replication_role = replica;
insert into deploy_queue.cells (environment, cloud_provider, region, cell_index) select 'dev','aws','r',g from generate_series(1,100) g;
insert into deploy_queue.deployments (id, cell_id, environment, cloud_provider, region, cell_index, component, version, created_at, updated_at, start_timestamp, finish_timestamp)
 select nextval('deploy_queue.deployments_id_seq'), c.id, 'dev','aws','r', c.cell_index, 'api','v'||n, t, t, t, t + interval '5 minutes'
 from generate_series(1,10000) n cross join deploy_queue.cells c cross join lateral (select now() - n * interval '1 hour' as t) m;
insert into deploy_queue.deployment_events (deployment_id, occurred_at, kind, from_state, to_state, actor, application_name, client_address)
 select d.id, d.created_at, k, 'queued', 'running', 'me', 'deploy-queue start', '127.0.0.1' from deploy_queue.deployments d cross join unnest(array['enqueued','started','finished']) k; commit; analyze`);
const text = body("/work/wt7/migrations/committed/000002-views-for-boards.sql");
const ddl = readFileSync("/work/wt7/.ddl-000002.sql","utf8");
await s.unsafe("begin");
for (const st of ddl.replace(/--.*$/gm,"").split(/;\s*$/m)) { if (!st.trim()) continue; const t = performance.now(); await s.unsafe(st); const d = performance.now()-t; if (d>20) console.log(d.toFixed(0), "ms", st.trim().slice(0,110).replace(/\s+/g," ")); }
await s.unsafe("rollback");
const t = performance.now(); await s.unsafe(`begin; ${text}; commit`); console.log("whole migration", (performance.now()-t).toFixed(0));
await s.end(); await server.stop(); process.exit();
