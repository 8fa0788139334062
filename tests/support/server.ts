import { mkdtempSync, rmSync } from "node:fs";
import { chmod, readdir, rm } from "node:fs/promises";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { processExists } from "../../src/database/embedded/files.js";
import { embeddedServerStatus, ensureEmbeddedServer, stopEmbeddedServer } from "../../src/database/embedded/server.js";
import { keepBlueprint } from "./blueprint.js";
import { serverFolder } from "./serverFolder.js";

export interface TestServer {
  readonly url: string;
  readonly description: string;
  /** Of an embedded one. */
  readonly directory?: string;
  stop(): Promise<void>;
}

const settings = {
  fsync: "off",
  full_page_writes: "off",
  synchronous_commit: "off",
  max_connections: "300",
  max_prepared_transactions: "2",
};

/**
 * A PostgreSQL for tests, as DEPLOY_QUEUE_TEST_SERVER says: a URL, "docker" or "embedded". Without it, one in Docker where that answers and
 * has the image, else the embedded one, which, once it is filled, keeps a blueprint of itself.
 */
export async function startTestServer(fill?: (url: string) => Promise<void>): Promise<TestServer> {
  const wanted = process.env["DEPLOY_QUEUE_TEST_SERVER"] ?? "";
  if (/^postgres(?:ql)?:/.test(wanted)) {
    return { url: wanted, description: "DEPLOY_QUEUE_TEST_SERVER", stop: async () => undefined };
  }
  if (!["", "docker", "embedded"].includes(wanted)) {
    throw new Error("DEPLOY_QUEUE_TEST_SERVER must be embedded, docker or a URL that begins with postgres:");
  }
  if (wanted === "docker") {
    return startContainer();
  }
  if (wanted === "" && (await dockerAnswers())) {
    try {
      return await startContainer();
    } catch (error) {
      process.stdout.write(`Docker starts no PostgreSQL, so the embedded one is used: ${error}\n`);
    }
  }
  return startEmbedded(settings, fill, serverFolder());
}

async function dockerAnswers(): Promise<boolean> {
  const { getContainerRuntimeClient } = await import("testcontainers");
  const giveUp = new AbortController();
  const found = getContainerRuntimeClient().then(
    () => true,
    () => false,
  );
  const late = setTimeout(1000, false, { signal: giveUp.signal }).catch(() => false);
  return Promise.race([found, late]).finally(() => giveUp.abort());
}

async function startContainer(): Promise<TestServer> {
  const { PostgreSqlContainer } = await import("@testcontainers/postgresql");
  const image = process.env["DEPLOY_QUEUE_TEST_POSTGRES_IMAGE"] ?? "postgres:18-alpine";
  const parameters = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const container = await new PostgreSqlContainer(image).withCommand(["postgres", ...parameters]).start();
  return {
    url: container.getConnectionUri(),
    description: `${image} in Docker`,
    stop: async () => void (await container.stop()),
  };
}

/** One of its own, removed again when it is stopped or this process is killed. */
export async function startEmbedded(
  parameters: Readonly<Record<string, string>>,
  fill?: (url: string) => Promise<void>,
  folder = tmpdir(),
): Promise<TestServer> {
  await removeLeftovers(folder);
  const directory = mkdtempSync(join(folder, `deploy-queue-test-${process.pid}-`));
  // Root's server runs as another user.
  await chmod(directory, 0o755);
  if (fill !== undefined) {
    const { url } = await ensureEmbeddedServer(directory, parameters);
    await fill(url).finally(() => stopEmbeddedServer(directory));
    await keepBlueprint(directory);
  }
  const { url } = await ensureEmbeddedServer(directory, parameters);
  const { pid, version } = await embeddedServerStatus(directory);
  const forget = onDeath(() => {
    if (pid !== undefined && processExists(pid)) process.kill(pid, "SIGKILL");
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  });
  return {
    url,
    description: `embedded PostgreSQL ${version} in ${directory}`,
    directory,
    stop: async () => {
      forget();
      await stopEmbeddedServer(directory);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function onDeath(clean: () => void): () => void {
  const handlers = (["SIGINT", "SIGTERM", "SIGHUP"] as const).map((signal) => {
    const exit = () => process.exit(128 + constants.signals[signal]);
    process.once(signal, exit);
    return () => process.off(signal, exit);
  });
  process.once("exit", clean);
  return () => {
    process.off("exit", clean);
    for (const remove of handlers) remove();
  };
}

/** Of runs that were killed. */
async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = /^deploy-queue-test-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || processExists(Number(pid))) continue;
    const directory = join(folder, name);
    await stopEmbeddedServer(directory).catch(() => undefined);
    await rm(directory, { recursive: true, force: true }).catch(() => undefined);
  }
}
