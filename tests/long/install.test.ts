import { execFileSync, spawnSync } from "node:child_process";
import { chownSync, cpSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { root } from "../support/action.js";
import { useDirectory } from "../support/commandLine.js";

// What README says of installing, by an ordinary user, with prefixes that are empty.
const directory = useDirectory();
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const isRoot = process.getuid?.() === 0;
const nobody = 65_534;
// Not those of the npm and the test runner that run this.
const ownVariables = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^(?:npm_|DEPLOY_QUEUE_|VITEST|NODE_OPTIONS|NODE_ENV|CI$)/i.test(name),
  ),
);
const home = join(directory, "home");
const clone = join(home, "clone");

function run(command: string, args: readonly string[], cwd = home): string {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    // A second and a third download of the same packages tests nothing.
    env: { ...ownVariables, HOME: home, npm_config_prefer_offline: "true", npm_config_fetch_retries: "1" },
    ...(isRoot ? { uid: nobody, gid: nobody } : {}),
  });
  expect({ status, stdout: status === 0 ? "" : stdout, stderr: status === 0 ? "" : stderr }).toEqual({
    status: 0,
    stdout: "",
    stderr: "",
  });
  return stdout.trim();
}

const installed = (prefix: string) => run(join(home, prefix, "bin/deploy-queue"), ["--version"]);

beforeAll(() => {
  mkdirSync(home);
  const cache = join(homedir(), ".npm/_cacache");
  if (existsSync(cache)) cpSync(cache, join(home, ".npm/_cacache"), { recursive: true });
  execFileSync("git", ["clone", "--quiet", root, clone]);
  if (isRoot) {
    execFileSync("chown", ["-R", `${nobody}:${nobody}`, home]);
    chownSync(directory, nobody, nobody);
  }
});

test("npm install --global . in a fresh clone installs the command, and so does its tarball", () => {
  run("npm", ["install", "--global", "--prefix", join(home, "linked"), "."], clone);
  expect(installed("linked")).toBe(version);

  const tarball = run("npm", ["pack", "--silent"], clone).split("\n").at(-1) ?? "";
  run("npm", ["install", "--global", "--prefix", join(home, "packed"), join(clone, tarball)]);
  expect(installed("packed")).toBe(version);
});

test("as a dependency from git it brings the command, the library and its types", () => {
  const consumer = join(home, "consumer");
  run("mkdir", [consumer]);
  run("sh", ["-c", `echo '{"type":"module"}' > package.json`], consumer);
  run("npm", ["install", `git+file://${clone}`], consumer);

  expect(run(join(consumer, "node_modules/.bin/deploy-queue"), ["--version"])).toBe(version);
  expect(existsSync(join(consumer, "node_modules/@deploy-queue/deploy-queue/dist/types/index.d.ts"))).toBe(true);
  const program = 'import { DeployQueue } from "@deploy-queue/deploy-queue"; console.log(typeof DeployQueue.connect);';
  expect(run("node", ["--input-type=module", "--eval", program], consumer)).toBe("function");
});

test("installed without scripts, the command says what is missing", () => {
  const bare = join(home, "bare");
  run("git", ["clone", "--quiet", clone, bare]);
  run("npm", ["install", "--global", "--ignore-scripts", "--prefix", join(home, "unbuilt"), "."], bare);

  const { status, stderr } = spawnSync(join(home, "unbuilt/bin/deploy-queue"), ["--version"], { encoding: "utf8" });

  expect(status).toBe(1);
  expect(stderr).toMatch(/^deploy-queue: it is not built, .*Run "npm ci && npm run build" in \S+\/bare\/\n$/);
});
