import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer as createTcpServer } from "node:net";
import { join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { newPlace, useCommandLine, useDirectory } from "../support/commandLine.js";
import { useHttpServer } from "../support/httpServer.js";
import { until } from "../support/until.js";

const nginx = spawnSync("sh", ["-c", "PATH=$PATH:/usr/sbin command -v nginx"], { encoding: "utf8" }).stdout.trim();

const cli = useCommandLine();
const servers = [useHttpServer(cli), useHttpServer(cli)] as const;
const other = useCommandLine();
const ofDev = useHttpServer(cli, { basePath: "/dev" });
const ofProd = useHttpServer(other, { basePath: "/prod" });
const directory = useDirectory();

type Routes = Readonly<Record<string, readonly { readonly base: string }[]>>;

async function freePort(): Promise<number> {
  const listener = createTcpServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  listener.close();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** nginx in front of servers, by the paths that it gives to them, as docs/operations.md and docs/scaling.md show it, until the test ends. */
async function startNginx(buffering: "on" | "off", routes: Routes = { "/": servers }): Promise<string> {
  const port = await freePort();
  const folder = join(directory, `nginx-${port}`);
  mkdirSync(folder);
  chmodSync(folder, 0o777);
  const upstreams = Object.values(routes).map((group, index) => {
    const hosts = group.map(({ base }) => `server ${new URL(base).host};`).join(" ");
    return `upstream queue_${index} { ${hosts} keepalive 32; }`;
  });
  const locations = Object.keys(routes).map(
    (path, index) => `location ${path} {
          proxy_pass http://queue_${index}; proxy_http_version 1.1; proxy_set_header Connection "";
          proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
          proxy_buffering ${buffering}; proxy_read_timeout 120s;
        }`,
  );
  writeFileSync(
    join(folder, "nginx.conf"),
    `daemon off; pid ${folder}/pid; error_log stderr;
    events {}
    http {
      access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
      fastcgi_temp_path ${folder}/fastcgi; uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
      ${upstreams.join("\n")}
      server {
        listen 127.0.0.1:${port};
        ${locations.join("\n")}
      }
    }`,
  );
  const child = spawn(nginx, ["-p", folder, "-c", join(folder, "nginx.conf")], { stdio: "ignore" });
  onTestFinished(async () => {
    child.kill("SIGTERM");
    await (child.exitCode ?? once(child, "exit"));
  });
  const url = `http://127.0.0.1:${port}`;
  const [first = "/"] = Object.keys(routes);
  await until("nginx answers", async () => (await fetch(`${url}${first}livez`).catch(() => undefined))?.ok);
  return url;
}

describe.skipIf(nginx === "")("behind nginx", () => {
  let authorization: string;
  beforeAll(async () => {
    authorization = `Bearer ${await servers[0].token("behind", "--role", "deployer")}`;
  });

  test.each(["off", "on"] as const)(
    "with buffering %s, a waiter hears of its turn at once, at any server",
    async (buffering) => {
      const url = await startNginx(buffering);
      const post = async (path: string, body: object = {}): Promise<Record<string, unknown>> => {
        const headers = { authorization, "content-type": "application/json" };
        const answer = await fetch(`${url}/v1${path}`, { method: "POST", headers, body: JSON.stringify(body) });
        return Object(await answer.json());
      };
      const { environment, region } = newPlace();
      const place = { environment, cloud_provider: "aws", region, cell_index: 1, component: "api" };
      const holder = await post("/deployments", { ...place, start: true });
      const waiter = await post("/deployments", place);

      const path = `/deployments/${String(waiter["deployment_id"])}`;
      const stream = await fetch(`${url}/v1${path}/events`, { headers: { authorization } });
      let heard = "";
      const reading = (async () => {
        for await (const part of stream.body ?? []) {
          heard += Buffer.from(part).toString();
        }
      })();
      await until("it hears that it waits", () => heard.includes("event: waiting"));
      await post(`/deployments/${String(holder["deployment_id"])}/finish`);
      await until("it hears of its turn", () => heard.includes("event: turn"));
      expect(await post(`${path}/start`)).toMatchObject({ started: true });
      await post(`${path}/finish`);
      await reading;
      expect(heard).toContain("event: ended");
    },
  );

  test("one address stands before several databases, each under its path", async () => {
    const url = await startNginx("off", { "/dev/": [ofDev], "/prod/": [ofProd] });
    const { options, region } = newPlace();
    const through = async (path: string, server: typeof ofDev, ...args: string[]) =>
      cli.run(args, {
        ...{ DEPLOY_QUEUE_DATABASE_URL: undefined, DEPLOY_QUEUE_URL: `${url}${path}` },
        DEPLOY_QUEUE_TOKEN: await server.tokenOf("deployer"),
      });

    const dev = await through("/dev", ofDev, "start", ...options);
    // The same cell is free in the other database.
    const prod = await through("/prod", ofProd, "start", ...options);
    expect([dev.code, prod.code]).toEqual([0, 0]);
    expect(await cli.row(Number(dev.stdout))).toMatchObject({ region, status: "running" });
    expect(await other.row(Number(prod.stdout))).toMatchObject({ region, status: "running" });
    expect(await through("/prod", ofDev, "finish", prod.stdout.trim())).toMatchObject({ code: 7 });
    expect(await through("/prod", ofProd, "finish", prod.stdout.trim())).toMatchObject({ code: 0 });
    await through("/dev", ofDev, "finish", dev.stdout.trim());
  });

  test("a server that goes away is not missed", async () => {
    const url = await startNginx("off");
    await servers[1].app.close();

    for (let round = 0; round < 10; round += 1) {
      expect((await fetch(`${url}/v1/queue`, { headers: { authorization } })).status).toBe(200);
    }
  });
});
