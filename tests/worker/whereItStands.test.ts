// Nothing of ours runs code or takes a URL, a schema or a command from where it happens to stand.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startCli } from "../support/cli.js";
import { useCommandLine, useDirectory } from "../support/commandLine.js";
import { stopsInTime } from "../support/worker.js";

const line = useCommandLine();
const parent = useDirectory();
const directory = join(parent, "inside");
const marker = join(parent, "was-here");

const code = `require("node:fs").writeFileSync(${JSON.stringify(marker)}, __filename); module.exports = { schema: "theirs" };`;
const moduleCode = `import { writeFileSync } from "node:fs"; writeFileSync(${JSON.stringify(marker)}, import.meta.url); export default {};`;
const elsewhere = "postgres://nobody@127.0.0.1:1/nothing";

const files: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [".graphile-workerrc.js", ".graphile-workerrc.cjs", "graphile-worker.config.js", "graphile.config.js"].map(
      (name) => [name, code],
    ),
  ),
  ".config.js": code,
  ".gmrc.js": code,
  "graphile.config.mjs": moduleCode,
  ".graphile-workerrc": "schema: theirs\n",
  ".gmrc": JSON.stringify({
    connectionString: elsewhere,
    afterAllMigrations: [{ _: "command", command: `touch ${marker}` }],
  }),
  ".env": `DEPLOY_QUEUE_DATABASE_URL=${elsewhere}\nDATABASE_URL=${elsewhere}\nGRAPHILE_WORKER_SCHEMA=theirs\n`,
  "bunfig.toml": 'preload = ["./.gmrc.js"]\n',
  ".npmrc": `node-options=--require=${join(directory, ".gmrc.js")}\n`,
  ".pg_service.conf": "[queue]\nhost=nowhere.invalid\n",
  ".pgpass": "*:*:*:*:theirs\n",
  "package.json": JSON.stringify({
    "graphile-worker": { schema: "theirs" },
    cosmiconfig: { searchPlaces: [".gmrc.js"] },
    "deploy-queue": { url: elsewhere },
  }),
  crontab: "* * * * * theirs\n",
};

test.each(["worker", "worker --once", "migrate", "list queue", "doctor"])(
  "%s executes and reads nothing of the working directory or the one above",
  async (command) => {
    for (const folder of [parent, directory]) {
      mkdirSync(join(folder, "tasks"), { recursive: true });
      writeFileSync(join(folder, "tasks", "reap_stale_deployments.js"), code);
      for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    }
    const running = startCli(
      command.split(" "),
      { DEPLOY_QUEUE_DATABASE_URL: line.url, CI: undefined },
      { cwd: directory },
    );
    if (command === "worker") {
      await running.printed(/works until it is stopped/);
      await stopsInTime(running);
    }
    expect((await running.end).code).toBe(0);
    expect(existsSync(marker)).toBe(false);
    const [theirs] = await line.sql`select to_regnamespace('theirs') as name`;
    expect(theirs).toEqual({ name: null });
  },
);
