import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { useDirectory } from "../support/commandLine.js";
import { useDatabase } from "../support/database.js";
import { until } from "../support/until.js";

const database = useDatabase();
const { sql, queue } = database;
const directory = useDirectory();
const page = readFileSync(join(import.meta.dirname, "../../docs/sql-api.md"), "utf8");

/** The blocks of code of that language on the page, as written. */
function blocks(language: string): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(([, code = ""]) => code);
}

/** A Python with psycopg, and a Go module with pgx, where they are prepared: .ci/run does. */
const python = process.env["DEPLOY_QUEUE_TEST_PYTHON"] ?? "python3";
const goModule = process.env["DEPLOY_QUEUE_TEST_GO_MODULE"] ?? "";
const isInstalled = (...command: [string, ...string[]]): boolean =>
  spawnSync(command[0], command.slice(1), { stdio: "ignore" }).status === 0;

interface Example {
  readonly language: string;
  readonly canRun: boolean;
  launch(code: string): ChildProcessWithoutNullStreams;
}

const examples: Example[] = [
  {
    language: "python",
    canRun: isInstalled(python, "-c", "import psycopg; assert psycopg.__version__ >= '3.2'"),
    launch: (code) => launch(python, ["-c", code]),
  },
  {
    language: "go",
    canRun: goModule !== "" && isInstalled("go", "version"),
    launch(code) {
      const folder = join(directory, "go");
      cpSync(goModule, folder, { recursive: true });
      writeFileSync(join(folder, "main.go"), code);
      const build = spawnSync("go", ["build", "-o", "example", "."], { cwd: folder, encoding: "utf8" });
      expect(build.stderr).toBe("");
      return launch(join(folder, "example"), []);
    },
  },
  { language: "sh", canRun: isInstalled("psql", "--version"), launch: (code) => launch("sh", ["-c", code]) },
];

function launch(program: string, args: readonly string[]): ChildProcessWithoutNullStreams {
  const child = spawn(program, args, { env: { ...process.env, DEPLOY_QUEUE_DATABASE_URL: database.url } });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

interface End {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function end(child: ChildProcessWithoutNullStreams): Promise<End> {
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  const [code] = await once(child, "close");
  return { code, stdout: stdout(), stderr: stderr() };
}

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = "";
  stream.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  return () => text;
}

/** A holder of the cell of the examples. */
async function holder(): Promise<number> {
  const { id } = await database.enqueue({ environment: "dev", region: "us-west-2", cellIndex: 1 });
  await queue.tryStart(id);
  return id;
}

/** The largest id; the next deployment gets the one after it. */
async function newestDeployment(): Promise<number> {
  const [row] = await sql<{ id: number }[]>`select coalesce(max(id), 0) as id from deploy_queue.deployments`;
  return row?.id ?? 0;
}

async function refused(id: number): Promise<boolean> {
  const events = await sql`
    select from deploy_queue.deployment_events where deployment_id = ${id} and kind = 'refused'`;
  return events.length > 0;
}

beforeEach(async () => {
  const cell = { environment: "dev", cloudProvider: "aws", region: "us-west-2", cellIndex: 1 };
  await queue.environments.addCell(cell);
  await queue.cancelLocation(cell);
});

describe.for(examples)("the example in $language", ({ language, canRun, launch }) => {
  const [code = ""] = blocks(language);

  test.skipIf(!canRun)("deploys at once in a free cell", async () => {
    const before = await newestDeployment();

    expect(await end(launch(code))).toEqual({ code: 0, stdout: "deploying\n", stderr: "" });
    const deployment = await queue.deployment(before + 1);
    expect(deployment).toMatchObject({ component: "api", version: "v1.2.3", status: "finished" });
  });

  test.skipIf(!canRun)("waits for the holder", async () => {
    const ahead = await holder();
    const running = launch(code);
    const ended = end(running);
    await until("the example was told to wait", () => refused(ahead + 1));

    await queue.finish(ahead);

    expect(await ended).toEqual({ code: 0, stdout: "deploying\n", stderr: "" });
    expect(await queue.deployment(ahead + 1)).toMatchObject({ status: "finished" });
  });

  test.skipIf(!canRun)("fails when an operator cancels its place", async () => {
    const ahead = await holder();
    const ended = end(launch(code));
    await until("the example was told to wait", () => refused(ahead + 1));

    await queue.cancel(ahead + 1, "not today");

    const { code: exitCode, stdout, stderr } = await ended;
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain("was cancelled");
    expect(await queue.deployment(ahead + 1)).toMatchObject({ cancellation_note: "not today" });
  });

  test.skipIf(!canRun)("gives its place up when it is ended by SIGTERM while it waits", async () => {
    const ahead = await holder();
    const running = launch(code);
    const ended = end(running);
    await until("the example was told to wait", () => refused(ahead + 1));

    running.kill("SIGTERM");

    expect(await ended).toMatchObject({ code: 1, stdout: "" });
    expect(await queue.deployment(ahead + 1)).toMatchObject({ status: "cancelled" });
  });

  test.skipIf(!canRun || language === "sh")(
    "sends heartbeats while it deploys, and gives the cell up by SIGTERM",
    async () => {
      const before = await newestDeployment();
      await sql`update deploy_queue.environments set heartbeat_timeout = '3 seconds' where environment = 'dev'`;
      onTestFinished(async () => {
        await sql`update deploy_queue.environments set heartbeat_timeout = default where environment = 'dev'`;
      });
      const running = launch(
        code
          .replace('print("deploying")', 'print("deploying", flush=True); threading.Event().wait()')
          .replace(
            'fmt.Println("deploying")\n\treturn nil',
            'fmt.Println("deploying")\n\t<-ctx.Done()\n\treturn ctx.Err()',
          ),
      );
      const ended = end(running);
      const beats = async () => (await queue.deployment(before + 1)).heartbeat_timestamp;
      const deploys = async () =>
        (await newestDeployment()) > before && (await queue.deployment(before + 1)).status === "running";
      await until("the example deploys", deploys);
      const first = await beats();
      await until("the example sends a heartbeat", async () => String(await beats()) !== String(first));

      running.kill("SIGTERM");

      expect(await ended).toMatchObject({ code: 1 });
      expect(await queue.deployment(before + 1)).toMatchObject({ status: "cancelled" });
    },
  );

  test.skipIf(!canRun)("gives the cell up when the deployment fails", async () => {
    const before = await newestDeployment();
    const failing = code
      .replace('print("deploying")', 'raise RuntimeError("no disk")')
      .replace(/fmt.Println\("deploying"\)\n\treturn nil/, 'return fmt.Errorf("no disk")')
      .replace("echo deploying;", "false;");
    expect(failing).not.toBe(code);

    expect(await end(launch(failing))).toMatchObject({ code: 1, stdout: "" });
    expect(await queue.deployment(before + 1)).toMatchObject({ status: "cancelled" });
  });
});

describe.skipIf(!isInstalled("psql", "--version"))("the statements for psql", () => {
  const [enter = "", finish = ""] = blocks("sql");

  function psql(): { child: ChildProcessWithoutNullStreams; output: () => string } {
    const child = launch("psql", [database.url, "--no-psqlrc", "--set=ON_ERROR_STOP=1"]);
    return { child, output: collect(child.stdout) };
  }

  test("deploy in a free cell", async () => {
    const before = await newestDeployment();
    const { child, output } = psql();
    child.stdin.end(`${enter}${finish}`);

    expect((await once(child, "close"))[0]).toBe(0);
    expect(output()).toMatch(/^ t /m);
    expect(await queue.deployment(before + 1)).toMatchObject({ component: "api", status: "finished" });
  });

  test("hear of their turn", async () => {
    const ahead = await holder();
    const { child, output } = psql();
    child.stdin.write(enter);
    await until("psql was told to wait", () => /^ f /m.test(output()));

    await queue.finish(ahead);
    child.stdin.write(";\n");
    await until("psql shows the notification", () =>
      output().includes(`Asynchronous notification "deploy_queue_deployment_${ahead + 1}"`),
    );
    child.stdin.end(`select started from deploy_queue.try_start(:id);\n${finish}`);

    expect((await once(child, "close"))[0]).toBe(0);
    expect(await queue.deployment(ahead + 1)).toMatchObject({ status: "finished" });
  });
});
