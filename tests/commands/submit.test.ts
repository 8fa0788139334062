import { expect, test } from "vitest";
import { stepOutput, useCommandLine, useDirectory } from "../support/commandLine.js";
import { newTarget } from "../support/targets.js";

const cli = useCommandLine();
const directory = useDirectory();

async function served() {
  const target = newTarget();
  await cli.queue.work.register(target.target, [target]);
  return target;
}

test("submit enters the line of the target, prints the id, and tells what it waits for", async () => {
  const target = await served();
  const blocker = await cli.enqueue({ region: target.region, component: "other" });
  await cli.queue.tryStart(blocker.id);
  const output = stepOutput(directory);
  const { code, stdout, stderr } = await cli.runProcess(
    ["submit", "--target", target.target, "--version", "v1", "--ref", "main", "--", "./deploy.sh", "a b"],
    { GITHUB_OUTPUT: output.path },
  );
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: expect.stringContaining(
      `deployment ${stdout.trim()} (${target.component}@v1) is in the line of target ${target.target}`,
    ),
  });
  expect(stderr).toContain(`deployment ${blocker.id} (other) is running`);
  expect(output.read()).toContain(stdout.trim());
  expect(await cli.queue.work.of(Number(stdout))).toMatchObject({
    ...{ target: target.target, directory: null, commands: ["./deploy.sh 'a b'"], commit_hash: "v1", ref_name: "main" },
  });
});

test("several commands are texts for a shell, and a directory names the target", async () => {
  const target = await served();
  const [directory = ""] = target.directories;
  const { stdout } = await cli.run([
    ...[
      "submit",
      "--directory",
      `${directory}/web`,
      "--max-duration",
      "2m",
      "--command",
      "yarn build",
      "--command",
      "echo $HOME && true",
    ],
  ]);
  expect(await cli.row(Number(stdout))).toMatchObject({ max_duration: 120 });
  expect(await cli.queue.work.of(Number(stdout))).toMatchObject({
    ...{ directory: `${directory}/web`, commands: ["yarn build", "echo $HOME && true"] },
  });
});

test.each([
  [["--", "true"], "--target or --directory is missing"],
  [["--target", "x"], "give either --command or a program behind --"],
  [["--target", "x", "--command", "a", "--", "b"], "give either --command or a program behind --"],
])("submit %j is refused", async (args, message) => {
  expect(await cli.run(["submit", ...args])).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
});

test("a target that no agent serves is refused, with the command that lists them", async () => {
  expect(await cli.run(["submit", "--target", "nowhere", "--", "true"])).toMatchObject({
    ...{ code: 3, stderr: expect.stringMatching(/no agent serves target 'nowhere'[\s\S]*"deploy-queue list targets"/) },
  });
});

test("explain, status, list queue and list targets say that no agent is there", async () => {
  const target = await served();
  const { stdout } = await cli.run(["submit", "--target", target.target, "--", "true"]);
  expect((await cli.run(["list", "targets"])).stdout).toContain(target.target);
  await cli.advance("13 minutes");
  const told = `it waits for an agent of target ${target.target}; none has been there since `;
  expect((await cli.run(["explain", stdout.trim()])).stdout).toContain(told);
  expect((await cli.run(["status", "--region", target.region])).stdout).toContain(told);
  expect((await cli.run(["list", "queue", "--region", target.region])).stdout).toContain("no agent");
  expect((await cli.run(["doctor"])).stdout).toContain(`deployment ${stdout.trim()} (${target.component}): ${told}`);
});
