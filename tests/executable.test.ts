import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { version } from "../package.json";
import { runCli, startCli } from "./support/cli.js";
import { useDirectory } from "./support/commandLine.js";
import { emptyDatabase } from "./support/emptyDatabase.js";
import { streamOf } from "./support/streamOf.js";

const directory = useDirectory();
const alone = { PATH: directory, HOME: directory };

describe.skipIf(!process.env["DEPLOY_QUEUE_TEST_EXECUTABLE"])("an executable", () => {
  test("needs no Node.js and no files beside it", async () => {
    const { url, hasQueue } = await emptyDatabase();

    expect(await runCli(["--version"], alone)).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: "" });
    expect(await runCli(["migrate"], { ...alone, DEPLOY_QUEUE_DATABASE_URL: url })).toMatchObject({ code: 0 });
    expect(await hasQueue()).toBe(true);
  });

  test("says that no PostgreSQL is inside, and makes no directory for one", async () => {
    const own = join(directory, "own");
    const { code, stderr } = await runCli(["list", "running"], {
      ...alone,
      DEPLOY_QUEUE_DATABASE_URL: "embedded",
      DEPLOY_QUEUE_DATA_DIRECTORY: own,
    });

    expect(code).toBe(7);
    expect(stderr).toMatch(/^deploy-queue: No PostgreSQL is inside the executable: .*\n$/);
    expect(existsSync(own)).toBe(false);
  });

  test("serves over HTTP and TLS: calls, streams, the pages of its description and metrics, until SIGTERM", async () => {
    const { url } = await emptyDatabase();
    const variables = { ...alone, DEPLOY_QUEUE_DATABASE_URL: url };
    for (const args of [["migrate"], ["roles", "create"], ["environment", "set", "dev", "--buffer-time", "0s"]]) {
      expect(await runCli(args, variables)).toMatchObject({ code: 0 });
    }
    const token = await runCli(["token", "create", "--name", "ci", "--role", "operator"], variables);
    const secret = token.stdout.trim();
    const listen = ["--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"];
    const serve = startCli(["serve", ...listen], variables);
    const [, metrics = ""] = await serve.printed(/metrics on (\S+)/);
    const [, base = ""] = await serve.printed(/listening on (\S+)/);
    const over = { ...alone, DEPLOY_QUEUE_URL: base, DEPLOY_QUEUE_TOKEN: secret };
    const place = ["-e", "dev", "-p", "aws", "-r", "r", "-i", "0", "-c", "api"];

    const stream = await streamOf(`${base}/v1/events`, secret);
    const started = await runCli(["start", ...place], over);
    expect(started).toMatchObject({ code: 0 });
    const waiter = startCli(["start", ...place], over);
    await waiter.printed(/deployment \d+ \(/);
    expect(await runCli(["finish", started.stdout.trim()], over)).toMatchObject({ code: 0 });
    expect(await waiter.end).toMatchObject({ code: 0 });
    expect((await stream.nextOf("transition")).data).toMatchObject({ environment: "dev" });
    const page = await fetch(`${base}/docs/`);
    expect(page.status).toBe(200);
    const files = [...(await page.text()).matchAll(/(?:src|href)="([^"]+\.(?:js|css))"/g)];
    expect(files.length).toBeGreaterThan(2);
    for (const [, file = ""] of files) {
      expect([file, (await fetch(new URL(file, page.url))).status]).toEqual([file, 200]);
    }
    const described: unknown = await (await fetch(`${base}/openapi.json`)).json();
    expect(described).toMatchObject({ openapi: "3.1.0" });
    expect(await (await fetch(metrics)).text()).toContain("deploy_queue_database_up 1");
    serve.process.kill("SIGTERM");
    expect((await serve.end).code).toBe(0);

    const [cert, key] = [join(directory, "cert.pem"), join(directory, "key.pem")];
    const request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "1"];
    execFileSync("openssl", [...request, "-keyout", key, "-out", cert], { stdio: "ignore" });
    const shut = startCli(["serve", "--listen", "127.0.0.1:0", "--tls-cert", cert, "--tls-key", key], variables);
    const [, port = ""] = await shut.printed(/listening on https:\S+:(\d+)/);
    const answer = execFileSync("curl", ["-s", "--cacert", cert, `https://localhost:${port}/readyz`], {
      encoding: "utf8",
    });
    expect(JSON.parse(answer)).toMatchObject({ status: "ok" });
    shut.process.kill("SIGTERM");
    expect((await shut.end).code).toBe(0);
  });
});
