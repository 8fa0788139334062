// Makes the command line one executable file for each platform, or for those that are named: build/deploy-queue-linux-x64 and so on.
// Bun, which compiles and is inside, comes from npm only when this runs: it is too large for everybody's "npm ci".
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { licencesOf } from "./licences.js";

interface Platform {
  /** Of the packages @oven/bun-…. */
  readonly bun: string;
  /** Of the package's archive, as npm states it. */
  readonly integrity: string;
}

const bunVersion = "1.4.5";

/** "baseline" runs on every processor of 64 bits, and starts as fast. */
const platforms: Readonly<Record<string, Platform>> = {
  "linux-x64": {
    bun: "linux-x64-baseline",
    integrity: "sha512-s8yMwYcFnnrA178gji0gZbkE2WVDej/Ti1x770oPfihxyRxSMNhGhiAQNXV53aDeraZxksdvKV/RAdQBCd0qPA==",
  },
  "linux-arm64": {
    bun: "linux-aarch64",
    integrity: "sha512-4BXmsSKnjOrlGWqZV4x/oWa7AVoR+B6lCXddMzOAXBIm3t50eslg9wb66gmtW1AamEQ1l1CDvmmruysEhqOWMg==",
  },
  "darwin-x64": {
    bun: "darwin-x64-baseline",
    integrity: "sha512-zqfLA5A4B+hYMh5WYzYSot3uZ06FzhdP0OEwQisEzdirYtXGj5cQFlfy31BGfNsAsk1Gd/w/OxJ/jqqJ3cMclw==",
  },
  "darwin-arm64": {
    bun: "darwin-aarch64",
    integrity: "sha512-4MIFXHmctH2EhAxLXm2/qxNtv17dFtLJylvaOCsrgq6KSqHTs6eW5YSrJjRbJxYUJaR901fsN8JfZOa+CsWpWQ==",
  },
};

const licenceOfBun = `Bun ${bunVersion} (MIT), with JavaScriptCore (LGPL 2) and others: https://bun.com/docs/project/licensing
${"-".repeat(80)}
`;

const given = process.argv.slice(2);
const here = `${process.platform}-${process.arch}`;
const compiler = await bunFor(here);
await mkdir("build", { recursive: true });
for (const name of given.length > 0 ? given : Object.keys(platforms)) {
  const file = `build/deploy-queue-${name}`;
  const inputs = `${file}.json`;
  const order = ["scripts/compileExecutable.mjs", `bun-${name}`, await bunFor(name), `${file}.new`, inputs];
  execFileSync(compiler, order, { stdio: "inherit" });
  await chmod(`${file}.new`, 0o755);
  await rename(`${file}.new`, file);
  const licences = await licencesOf(JSON.parse(await readFile(inputs, "utf8")));
  await writeFile("build/deploy-queue.LICENSES.txt", `${licenceOfBun}\n${licences}`);
  await rm(inputs);
  process.stdout.write(`${file}\n`);
}

/** The path of the Bun for a platform, fetched once. */
async function bunFor(name: string): Promise<string> {
  const platform = platforms[name];
  if (platform === undefined) throw new Error(`${name} is none of ${Object.keys(platforms).join(", ")}`);
  const kept = `node_modules/.cache/bun-${platform.bun}-${bunVersion}`;
  if (!existsSync(kept)) {
    await mkdir("node_modules/.cache", { recursive: true });
    const folder = await mkdtemp("node_modules/.cache/bun-");
    const archive = execFileSync(
      "npm",
      ["pack", "--silent", `@oven/bun-${platform.bun}@${bunVersion}`, "--pack-destination", folder],
      { encoding: "utf8" },
    ).trim();
    const hash = createHash("sha512").update(await readFile(join(folder, archive)));
    if (`sha512-${hash.digest("base64")}` !== platform.integrity) {
      throw new Error(`npm has sent another ${archive} than the one that this script names`);
    }
    execFileSync("tar", ["-xzf", archive], { cwd: folder });
    await rename(join(folder, "package/bin/bun"), kept);
    await rm(folder, { recursive: true });
  }
  return kept;
}
