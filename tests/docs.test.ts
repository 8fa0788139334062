import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { commandPaths } from "../src/commandLine/registry.js";
import { programWords } from "./support/cli.js";
import { useCommandLine, useDirectory } from "./support/commandLine.js";
import { openClient } from "./support/database.js";
import { useHttpServer } from "./support/httpServer.js";
import { killLater } from "./support/leftovers.js";
import { until } from "./support/until.js";

const cli = useCommandLine();
const server = useHttpServer(cli);
const folder = useDirectory();
const root = join(import.meta.dirname, "..");
const pages = ["README.md", "CONTRIBUTING.md", ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`)].filter(
  (name) => name.endsWith(".md"),
);
const textOf = (page: string): string => readFileSync(join(root, page), "utf8");

/** As GitHub makes it of a title. */
function anchors(page: string): string[] {
  return [...textOf(page).matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** The lines of the code blocks of a language. */
function blocks(page: string, language: string): string[] {
  return [...textOf(page).matchAll(new RegExp(`^ *\`\`\`${language}\n([^]*?)^ *\`\`\``, "gm"))].map(
    ([, text = ""]) => text,
  );
}

test.each(pages)("%s has no link to a page or a title that does not exist", (page) => {
  const links = [...textOf(page).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)];
  const broken = links.filter(([, path = "", anchor]) => {
    const target = path === "" ? page : join(dirname(page), path);
    return !existsSync(join(root, target)) || (anchor !== undefined && !anchors(target).includes(anchor));
  });
  expect(broken.map(([link]) => link)).toEqual([]);
});

test.each(pages.filter((page) => page !== "docs/cli.md"))("%s names commands that exist", (page) => {
  const code = [...blocks(page, "sh"), ...[...textOf(page).matchAll(/`[^`\n]+`/g)].map(([inline]) => inline)].join(
    "\n",
  );
  const named = [...code.matchAll(/(?:^|`|\$\()deploy-queue ((?:[a-z]+)(?: [a-z][a-z-]*)?)/gm)].map(
    ([, words = ""]) => words,
  );
  const unknown = named.filter(
    (words) => !commandPaths.some((path) => words === path || `${words} `.startsWith(`${path} `)),
  );
  expect(unknown.filter((words) => !commandPaths.some((path) => path.startsWith(`${words} `)))).toEqual([]);
});

test("docs/setup.md leads from an administrator without superuser to a deployment, as it stands", async () => {
  const suffix = `_${process.pid}`;
  const names = /\b(queue_owner|ci_payments|on_call|queue_worker|queue_grafana)\b/g;
  const own = (text: string) =>
    text
      .replace(names, `$1${suffix}`)
      .replace(/\bdatabase queue\b/g, `database queue${suffix}`)
      .replace(/@host\/queue\?sslmode=verify-full/g, `@${new URL(cli.url).host}/queue${suffix}`);
  const administrator = `administrator${suffix}`;
  await cli.run(["roles", "create"]);
  await cli.sql.unsafe(`create role ${administrator} login createrole createdb password 'choose-zero'`);
  const [first = "", second = ""] = blocks("docs/setup.md", "sql").map(own);
  const commands = blocks("docs/setup.md", "sh").map(own);
  const asUser = (user: string, password: string, database: string) => {
    const url = new URL(cli.url);
    Object.assign(url, { username: user, password, pathname: `/${database}` });
    const session = openClient(url);
    onTestFinished(() => session.end({ timeout: 1 }));
    return session;
  };
  onTestFinished(async () => {
    await cli.sql.unsafe(`drop database if exists queue${suffix} with (force)`);
  });

  const session = asUser(administrator, "choose-zero", "postgres");
  for (const statement of first.split(";").filter((text) => text.trim() !== "")) await session.unsafe(statement);
  // The roles belong to the whole server, and other tests have created them: elsewhere the owner has.
  for (const kind of ["reader", "approver", "deployer", "operator"]) {
    await cli.sql.unsafe(`grant deploy_queue_${kind} to queue_owner${suffix} with admin option`);
  }
  let url = "";
  const outputs: string[] = [];
  for (const [index, block] of commands.entries()) {
    if (index === 2) await asUser(`queue_owner${suffix}`, "choose-one", `queue${suffix}`).unsafe(second);
    for (const line of block.trim().split("\n")) {
      const [, given] = /^export DEPLOY_QUEUE_DATABASE_URL='(.*)'$/.exec(line) ?? [];
      url = given ?? url;
      if (given === undefined) {
        const end = await cli.runProcess(line.split(" ").slice(1), { DEPLOY_QUEUE_DATABASE_URL: url });
        expect({ line, ...end }).toMatchObject({ line, code: 0 });
        outputs.push(end.stdout);
      }
    }
  }
  expect(outputs.join("")).toContain("deployed");
});

test.skipIf(process.platform !== "linux")(
  "docs/agent.md leads from a bare machine to two deployments, as it stands",
  async () => {
    const programs = join(folder, "programs");
    const own = (text: string) =>
      text
        .replace(/(?=\/var\/www|\/etc\/deploy-queue)/g, folder)
        .replace(/(user: |-o )deploy\b/g, `$1${userInfo().username}`)
        .replace("https://queue.example.com", server.base);
    const [tokens = "", machine = "", check = "", start = "", deploy = "", submit = ""] = blocks(
      "docs/agent.md",
      "sh",
    ).map(own);
    const [file = ""] = blocks("docs/agent.md", "yaml").map(own);
    const [variables = ""] = blocks("docs/agent.md", "ini").map(own);
    const environment = (more: object) => ({ env: { PATH: `${programs}:${process.env["PATH"]}`, ...more } });
    const outputOf = async (script: string, more: object = {}) => {
      const { stdout } = await promisify(execFile)("bash", ["-ec", script], environment(more));
      return stdout.trim();
    };
    mkdirSync(programs);
    for (const [name, script] of [
      ["deploy-queue", `exec ${programWords} "$@"`],
      ["yarn", 'echo "yarn $1"'],
      ["supervisorctl", 'echo "$2: started"'],
    ] as const) {
      writeFileSync(join(programs, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    }
    await cli.queue.environments.set("prod", { bufferTime: 0 });

    const [agent = "", ci = ""] = (await outputOf(tokens, { DEPLOY_QUEUE_DATABASE_URL: cli.url })).split("\n");
    // Not those that install programs and add users.
    const directories = machine.split("\n").filter((line) => line.startsWith("install "));
    expect(directories).toHaveLength(2);
    await outputOf(directories.join("\n"));
    writeFileSync(join(folder, "etc/deploy-queue/agent.yaml"), file);
    writeFileSync(join(folder, "etc/deploy-queue/agent.env"), variables.replace("dq_…", agent), { mode: 0o600 });
    expect(await outputOf(check)).toBe("my-app: prod-vps-fra-cell-0");
    killLater(execFile("bash", ["-c", `exec ${start}`], environment({})));
    await until("the agent is there", async () => (await cli.queue.work.targets()).length === 1);
    const caller = { DEPLOY_QUEUE_URL: server.base, DEPLOY_QUEUE_TOKEN: ci, CI: "true" };
    const { job_id: job }: { job_id: string } = JSON.parse(await outputOf(deploy, caller));
    const [submission = "", logs = ""] = submit.split("\n");
    const id = await outputOf(submission, caller);

    expect(await outputOf(logs.replace("42", job), caller)).toMatch(/\nyarn install\n.*\nmy-app--main: started$/s);
    expect(await outputOf(logs.replace("42", id), caller)).toMatch(/\nyarn build\n.*\nmy-app--main: started$/s);
    for (const each of [job, id]) expect((await cli.row(Number(each))).status).toBe("finished");
  },
);
