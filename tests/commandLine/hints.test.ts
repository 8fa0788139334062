import { expect, test } from "vitest";
import { newPlace, useCommandLine } from "../support/commandLine.js";

const cli = useCommandLine();

/** The hint of the error that this statement raises. */
async function hintOf(statement: string): Promise<unknown> {
  const error: unknown = await cli.sql.unsafe(statement).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof Error && Reflect.get(error, "hint");
}

test.for([
  {
    statement: "select deploy_queue.enqueue('nowhere', 'aws', 'us-west-2', 1, 'api')",
    hint: "There are: dev, prod. deploy_queue.set_environment() adds one.",
    args: ["stage", ...newPlace("nowhere").options],
    printed: 'There are: dev, prod. "deploy-queue environment set ... --create" adds one\n',
  },
  {
    statement: "select deploy_queue.remove_window(999)",
    hint: "deploy_queue.windows shows them.",
    args: ["window", "remove", "999"],
    printed: 'maintenance window 999 does not exist. "deploy-queue list windows" shows them\n',
  },
  {
    statement: "select deploy_queue.thaw(999)",
    hint: "deploy_queue.freezes_in_force shows those in force.",
    args: ["thaw", "999"],
    printed: 'freeze 999 does not exist. "deploy-queue list freezes" shows those in force\n',
  },
  {
    statement: "select deploy_queue.finish(999)",
    hint: "Ids come from deploy_queue.enqueue() and stand in deploy_queue.queue and deploy_queue.current_deployments.",
    args: ["finish", "999"],
    printed:
      'deployment 999 does not exist. Ids come from "deploy-queue start" and stand in "deploy-queue list queue" and "deploy-queue list running"\n',
  },
])("the hint of $statement is SQL there, and a command in $args.0", async ({ statement, hint, args, printed }) => {
  expect(await hintOf(statement)).toBe(hint);
  expect((await cli.run(args)).stderr).toContain(printed);
});

test("the hint of a deployment that is staged already names it: as calls in SQL, as commands on the command line", async () => {
  const place = newPlace();
  const stage = ["stage", ...place.options, "--", "true"];
  const id = (await cli.run(stage)).stdout.trim();
  expect(
    await hintOf(
      `select deploy_queue.enqueue('dev', 'aws', '${place.region}', 0, 'api', hold => 'outside', command => array['true'])`,
    ),
  ).toBe(`deploy_queue.release(${id}) releases it, deploy_queue.purge(${id}) drops it.`);
  expect((await cli.run(stage)).stderr).toContain(
    `"deploy-queue release ${id}" releases it, "deploy-queue purge ${id}" drops it\n`,
  );
});

test("the hint of a purge that is refused cancels the deployment in SQL", async () => {
  const id = await cli.running(newPlace());
  expect(await hintOf(`select deploy_queue.purge(${id})`)).toBe(
    `deploy_queue.cancel(${id}) cancels it wherever it is.`,
  );
});

test("the notice of a new cell names the command that lists the cells", async () => {
  const environment = await cli.environment();
  const places = Array.from({ length: 5 }, () => newPlace(environment));
  for (const { options } of places.slice(0, -1)) {
    await cli.run(["stage", ...options]);
  }
  const { stderr } = await cli.run(["stage", ...(places.at(-1)?.options ?? [])]);
  expect(stderr).toMatch(/WARN: cell .* is new; there are .* and 1 more in "deploy-queue list cells"\n/);
});
