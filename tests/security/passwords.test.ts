// No piece of a password is looked up, shown or passed on, however the URL was written.
import { describe, expect, test } from "vitest";
import { startStep } from "../support/action.js";
import { startCli } from "../support/cli.js";

const pieces = ["open", "sesame"];

/** URLs whose password, "open" and "sesame" with something in between, is not percent-encoded, or that are wrong in another way. */
const urls = [
  "postgres://ann:open@sesame@db.invalid/queue",
  "postgres://ann:open@sesame/queue@db.invalid/queue",
  "postgres://ann:open/sesame@db.invalid/queue",
  "postgres://ann:open?sesame@db.invalid/queue",
  "postgres://ann:open?sesame=1@db.invalid/queue",
  "postgres://ann:open#sesame@db.invalid/queue",
  "postgres://ann:open%sesame@db.invalid/queue",
  "postgres://ann:open:sesame",
  "postgres:ann:open@sesame@db.invalid/queue",
  "postgres://ann:opensesame@db.invalid:port/queue",
  "postgres://ann:opensesame@db.invalid/queue?opensesame!=1",
  "postgres://ann:opensesame@db.invalid/queue?sslmode=opensesame",
  "postgres://ann:opensesame@db.invalid/queue?require_auth=opensesame",
  "postgres://ann:opensesame@db.invalid/queue?sslrootcert=/opensesame&sslmode=require",
];

/** Tells each name that the process looks up. */
const tellLookups = `data:text/javascript,${encodeURIComponent(`
  import dns from "node:dns";
  const { lookup } = dns;
  dns.lookup = (name, ...rest) => { console.error("LOOKUP", name); return lookup(name, ...rest); };
`)}`;

describe.each(urls)("%s", (url) => {
  test.each([["list", "queue"], ["worker"], ["doctor"]])(
    "is refused by %s before anything is looked up",
    async (...args) => {
      const { code, stdout, stderr } = await startCli(args, {
        DEPLOY_QUEUE_DATABASE_URL: url,
        DEPLOY_QUEUE_LOG_LEVEL: "debug",
        NODE_OPTIONS: `--import=${tellLookups}`,
      }).end;
      expect(code).toBe(args[0] === "doctor" ? 4 : 2);
      for (const secret of [...pieces, "LOOKUP"]) expect(`${stdout}${stderr}`).not.toContain(secret);
    },
  );

  test("is refused by the action, which masks each piece", async () => {
    const step = await startStep({ mode: "list-outliers", "database-url": url }).end;
    const shown = step.log.replaceAll(/^::add-mask::.*$/gm, "");
    for (const secret of pieces) expect(shown).not.toContain(secret);
    const masks = [...step.log.matchAll(/^::add-mask::(.*)$/gm)].map(([, mask]) => mask);
    expect(masks).toContain(url.replaceAll("%", "%25"));
    if (/:open\W.*@/.test(url)) expect(masks).toEqual(expect.arrayContaining(["open", "sesame"]));
  });
});

test("a good URL is looked up by its host, and by nothing else", async () => {
  const { code, stderr } = await startCli(["list", "queue"], {
    DEPLOY_QUEUE_DATABASE_URL: "postgres://ann:open%40sesame@db.invalid/queue",
    NODE_OPTIONS: `--import=${tellLookups}`,
  }).end;
  expect(code).toBe(7);
  expect([...stderr.matchAll(/^LOOKUP (.*)$/gm)].map(([, name]) => name)).toEqual(["db.invalid"]);
  for (const secret of pieces) expect(stderr).not.toContain(secret);
});
