import type postgres from "postgres";
import { beforeEach, expect, test } from "vitest";
import { usePredecessor } from "../../support/adoption.js";
import type { OldProgram } from "../../support/oldProgram.js";

let sql: postgres.Sql;
let program: OldProgram;
const { adopt, oldProgram } = usePredecessor((client) => {
  sql = client;
});

beforeEach(async () => {
  await adopt();
  program = await oldProgram();
});

const demand = () => sql`select deploy_queue.set_environment(environment => 'dev', confirmation => 'deploy-now')`;

test("what enters by the old names cannot bring the phrase that is demanded, and is rejected", async () => {
  await demand();
  const id = await program.enqueue("old");
  expect(await sql`select cancellation_kind, cancellation_note from deploy_queue.deployments where id = ${id}`).toEqual(
    [{ cancellation_kind: "rejected", cancellation_note: 'the confirmation "deploy-now" is missing' }],
  );
  expect(await sql`select cancellation_note from public.deployments where id = ${id}`).toHaveLength(1);
  await expect(program.start(id)).rejects.toThrow("was rejected");
});

test("what waits by the old names sees the phrase that is demanded later, until it is confirmed", async () => {
  const id = await program.enqueue("old");
  await demand();
  expect((await program.look(id)).map(({ note }) => note)).toEqual(['it needs the confirmation "deploy-now"']);
  await sql`select deploy_queue.confirm(${id}, 'deploy-now')`;
  expect(await program.look(id)).toEqual([]);
  await program.start(id);
});
