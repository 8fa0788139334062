import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, openSync } from "node:fs";
import { appendFile, chown, mkdtemp, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { startProxy } from "../proxy.js";
import { until } from "../until.js";
import { haproxyConfiguration, type NodePorts, patroniConfiguration } from "./configuration.js";
import { ClusterNode } from "./node.js";

const needed = ["/usr/bin/patroni", "/usr/bin/etcd", "/usr/sbin/haproxy", "/usr/lib/postgresql/15/bin/postgres"];

/** What of Debian's packages is not installed. */
export const missingPrograms: readonly string[] = needed.filter((path) => !existsSync(path));

/** PostgreSQL refuses to run as root. */
const owner = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined;

/**
 * Ends everything once the test has closed its pipe, or was killed: what was started here, then the servers that Patroni has started.
 * A number is used only while its command line has the name of the directory.
 */
const guard = `
trap "" INT TERM HUP
cat >/dev/null
end() { for pid in $(cat "$1"); do grep -qs "$PWD" "/proc/$pid/cmdline" && kill -KILL "$pid"; done; }
end pids
for round in 1 2 3; do
  sleep 0.2
  for file in */postmaster.pid; do head -n 1 "$file" 2>/dev/null; done >postmasters
  end postmasters
done
rm -rf "$PWD"`;

export interface Cluster {
  readonly nodes: readonly ClusterNode[];
  /** Through haproxy. */
  readonly url: string;
  /** The URL that names all nodes. */
  readonly hosts: string;
  /** Waits until one leads and all others follow it, one of them synchronously and known as the one that may take over. */
  whole(): Promise<ClusterNode>;
  /** Waits until another one leads than this, and is followed synchronously. */
  successorOf(old: ClusterNode): Promise<ClusterNode>;
}

/** Three servers with Patroni, one etcd, and haproxy. Stopped and removed after the test. */
export async function startCluster(): Promise<Cluster> {
  const directory = await mkdtemp(join(tmpdir(), "deploy-queue-cluster-"));
  if (owner !== undefined) await chown(directory, owner.uid, owner.gid);
  const guarding = spawn("sh", ["-c", guard], { cwd: directory, detached: true, stdio: ["pipe", "ignore", "inherit"] });
  // This process may outlive the test runner that was killed.
  const end = (): void => void guarding.stdin?.end();
  process.once("disconnect", end);
  onTestFinished(async () => {
    process.off("disconnect", end);
    end();
    if (guarding.exitCode === null) await once(guarding, "exit");
  });
  const start = async (program: string, ...args: readonly string[]): Promise<ChildProcess> => {
    const log = openSync(join(directory, "log"), "a");
    const child = spawn(program, args, {
      ...owner,
      cwd: directory,
      env: { PATH: "/usr/bin:/bin" },
      stdio: ["ignore", log, log],
    });
    await appendFile(join(directory, "pids"), `${child.pid}\n`);
    return child;
  };
  const file = async (name: string, text: string): Promise<string> => {
    const path = join(directory, name);
    await writeFile(path, text, { mode: 0o644 });
    return path;
  };

  const [front = 0, client = 0, peer = 0, ...others] = await freePorts(9);
  const [etcd, etcdPeer] = [`http://127.0.0.1:${client}`, `http://127.0.0.1:${peer}`];
  await start(
    ...(["/usr/bin/etcd", "--data-dir", join(directory, "etcd"), "--unsafe-no-fsync", "--log-level", "error"] as const),
    ...["--listen-client-urls", etcd, "--advertise-client-urls", etcd, "--listen-peer-urls", etcdPeer],
    ...["--initial-advertise-peer-urls", etcdPeer, "--initial-cluster", `default=${etcdPeer}`],
  );
  const nodes: ClusterNode[] = [];
  const all: NodePorts[] = [];
  for (const [index, name] of ["one", "two", "three"].entries()) {
    const [database = 0, api = 0] = others.slice(2 * index);
    const ways = await Promise.all([etcd, `http://127.0.0.1:${api}`].map(startProxy));
    const [etcdPort = 0, shownApi = 0] = ways.map((way) => Number(new URL(way.url).port));
    const ports = { name, database, api, shownApi, etcd: etcdPort };
    const configuration = await file(`${name}.yml`, patroniConfiguration(directory, ports));
    const at = {
      name,
      url: urlOf(`127.0.0.1:${database}`),
      api: `http://127.0.0.1:${api}`,
      data: join(directory, name),
    };
    nodes.push(new ClusterNode(at, ways, () => start("/usr/bin/patroni", configuration)));
    all.push(ports);
  }
  await start("/usr/sbin/haproxy", "-db", "-f", await file("haproxy.cfg", haproxyConfiguration(front, all)));
  await Promise.all(nodes.map((node) => node.start()));

  const find = (what: string, candidates: readonly ClusterNode[], followers: number): Promise<ClusterNode> =>
    until(what, async () => {
      const found = await Promise.all(candidates.map((node) => node.followers()));
      const leads = found.findIndex((one) => one !== undefined && one.all >= followers && one.synchronous > 0);
      return (await candidates[leads]?.hasHeir()) === true ? candidates[leads] : undefined;
    });
  return {
    nodes,
    url: urlOf(`127.0.0.1:${front}`),
    hosts: urlOf(all.map(({ database }) => `127.0.0.1:${database}`).join(",")),
    whole: () => find("the cluster is whole", nodes, 2),
    successorOf: (old) =>
      find(
        `another node than ${old.name} leads`,
        nodes.filter((node) => node !== old),
        1,
      ),
  };
}

function urlOf(hosts: string): string {
  return `postgres://postgres:secret@${hosts}/postgres`;
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  return ports;
}
