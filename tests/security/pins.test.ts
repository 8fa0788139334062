// What is fetched by name cannot change under its name.
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { useCommandLine } from "../support/commandLine.js";
import { startWorker, stopsInTime } from "../support/worker.js";

const cli = useCommandLine();
const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const workflows = readdirSync(new URL("../../.github/workflows/", import.meta.url));

test("each base image and each image of compose is pinned by its digest", () => {
  const images = [...`${read("Dockerfile")}${read("compose.yaml")}`.matchAll(/(?:^FROM |image: )(\S+)/gm)];
  expect(images).toHaveLength(5);
  for (const [, image] of images) expect(image).toMatch(/:[\w.-]+@sha256:[0-9a-f]{64}$/);
});

test("each action of another repository is pinned by its commit", () => {
  const actions = workflows.flatMap((file) => [
    ...read(`.github/workflows/${file}`).matchAll(/^\s+(?:- )?uses: (.*)$/gm),
  ]);
  expect(actions.length).toBeGreaterThan(10);
  for (const [, action] of actions) expect(action).toMatch(/^(?:\.\/|[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$)/);
});

test("compose gives the worker a role of its own, as which it works", async () => {
  await cli.queue.roles.create();
  const { login, worker } = parse(read("compose.yaml")).services;
  const [role] = /create role \w+_worker.*(?=; end if)/.exec(
    login.command
      .join("\n")
      .replaceAll("''", "'")
      .replaceAll(/\bworker\b/g, `compose_${process.pid}_worker`),
  ) ?? [""];
  await cli.sql.unsafe(role);
  const name = `compose_${process.pid}_worker`;
  try {
    await cli.sql.unsafe(`grant create on database ${new URL(cli.url).pathname.slice(1)} to ${name}`);
    const { username, password } = new URL(worker.environment.DEPLOY_QUEUE_DATABASE_URL);
    expect({ username, password }).toEqual({ username: "worker", password: "worker" });
    const url = new URL(cli.url);
    url.username = name;
    url.password = name;
    await stopsInTime(
      await startWorker({ launch: (args) => cli.launch(args, { DEPLOY_QUEUE_DATABASE_URL: url.href }) }),
    );
  } finally {
    await cli.sql.unsafe(`drop owned by ${name} cascade; drop role ${name}`);
  }
});
