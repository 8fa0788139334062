// The least that a server can be: a route of Fastify with one query by the primary key. Started by http.ts.
import fastify from "fastify";
import postgres from "postgres";

const sql = postgres(process.argv[2] ?? "", { max: 8 });
const app = fastify();
app.get<{ Params: { id: string } }>("/deployments/:id", async ({ params }) => {
  const [row] = await sql`select * from deploy_queue.deployments where id = ${params.id}`;
  return row;
});
process.send?.(await app.listen({ host: "127.0.0.1", port: 0 }));
process.once("disconnect", () => process.exit());
