// Orders versions and shows evidence from a Node.js program. Outside this repository, import from "@deploy-queue/deploy-queue".
import { DeployQueue, UnconfirmedError } from "../src/index.js";

const queue = await DeployQueue.connect({ applicationName: "gates example", actor: "release bot" });
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const api = { environment: "prod", cloudProvider: "aws", region: "us-west-2", cellIndex: 1, component: "api" };

try {
  // Of the deployments of a component that wait, only the newest run stays. A version needs a check that passed, and another person.
  await queue.environments.set("prod", { ordering: "latest", requireChecks: ["e2e"], approvals: 1 });

  // A pipeline enters with the number of its run; a newer run makes an older one that waits needless.
  const older = await queue.enqueue({ ...api, version: "v1", sequence: 41, sequenceScope: "deploy.yml" });
  const newer = await queue.enqueue({ ...api, version: "v2", sequence: 42, sequenceScope: "deploy.yml" });
  const { status, cancellationKind } = await queue.deployment(older.id);
  say(`run 41 is ${status}: ${cancellationKind}`);

  // What a deployment would wait for, and what lets it start, before it enters the line.
  const { gatesOpen, checklist } = await queue.line.preflight({ ...api, version: "v2" });
  say(`the gates are ${gatesOpen ? "open" : "shut"}`);
  for (const { isOpen, text } of checklist) {
    say(`- [${isOpen ? "x" : " "}] ${text}`);
  }

  // The pipeline that tests the version reports what it has found; that wakes what waits for it.
  const check = await queue.checks.report({ component: "api", version: "v2", name: "e2e", passed: true });
  say(`the check ${check.name} of ${check.version} has ${check.state}`);

  // A bot of another role approves what it may.
  for (const { deploymentId, givenBy, approvals, isMine } of await queue.gates.wantedApprovals("prod")) {
    say(`deployment ${deploymentId} has ${givenBy.length} of ${approvals} approvals`);
    if (isMine) {
      await queue.gates.approve(deploymentId, "the diff is small");
    }
  }
  await queue.cancel(newer.id, "nobody has approved it", { queuedOnly: true });

  // An environment may demand a phrase of who deploys there.
  await queue.environments.set("prod", { confirmation: "I am on call" });
  await queue.enqueue({ ...api, version: "v3", confirmation: "yes" });
} catch (error) {
  if (!(error instanceof UnconfirmedError)) {
    throw error;
  }
  say(error.message);
} finally {
  await queue.close();
}
