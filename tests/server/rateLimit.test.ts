import { expect, test } from "vitest";
import { useCommandLine } from "../support/commandLine.js";
import { useHttpServer } from "../support/httpServer.js";

const { send, token } = useHttpServer(useCommandLine(), { rateLimit: 60 });

test("a token has its limit, an address that tries secrets a tenth of it, and the others go on", async () => {
  const [busy, calm] = [await token("busy", "--role", "reader"), await token("calm", "--role", "reader")];
  const statuses = async (secret: string | undefined, count: number) => {
    const all: number[] = [];
    for (let number = 0; number < count; number += 1) {
      all.push((await send(secret, "GET", "/v1/freezes")).status);
    }
    return all;
  };

  expect(new Set(await statuses(busy, 60))).toEqual(new Set([200]));
  expect(await statuses(calm, 1)).toEqual([200]);
  expect(await statuses(busy, 2)).toEqual([200, 429]);
  expect(await statuses("a guess", 5)).toEqual([401, 401, 401, 401, 429]);
  const { status, headers, body } = await send(undefined, "GET", "/v1/queue");
  expect({ status, wait: Number(headers.get("retry-after")) > 0 }).toEqual({ status: 429, wait: true });
  expect(headers.get("content-type")).toContain("application/problem+json");
  expect(body).toMatchObject({ status: 429, detail: "there were more than 6 requests in a minute", exit_code: 4 });
  expect(await statuses(calm, 1)).toEqual([200]);
});

test("a guess is a guess in every form of answer", async () => {
  const statuses: number[] = [];
  for (let number = 0; number < 8; number += 1) {
    statuses.push((await send("another guess", "GET", "/status/1")).status);
  }
  expect(statuses).toContain(429);
});
