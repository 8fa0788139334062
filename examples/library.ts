// Deploys from a Node.js program. Outside this repository, import from "@deploy-queue/deploy-queue".
import { setTimeout as work } from "node:timers/promises";
import { CancelledError, DeployQueue } from "../src/index.js";

const queue = await DeployQueue.connect({ applicationName: "library example" });
const cell = { environment: "dev", cloudProvider: "aws", region: "us-west-2", cellIndex: 1 };

try {
  // The whole life of a deployment: run waits for the turn, sends heartbeats, and finishes. It fails when the work throws.
  await queue.run(
    { ...cell, component: "api", version: "v1.2.3" },
    async (deployment, signal) => {
      process.stdout.write(`deployment ${deployment.id} is deploying\n`);
      // The signal is aborted when the deployment is cancelled, and when its lease ends without contact to the database. The deployment
      // holds its cell until the work has ended.
      await work(100, undefined, { signal });
    },
    {
      // How many seconds the work takes to end then: those who wait are told.
      stopGrace: 10,
      onEvent: (event) => {
        if (event.event === "waiting") {
          process.stdout.write(`waiting at position ${event.position}\n`);
        }
      },
    },
  );
  process.stdout.write("finished\n");

  // Step by step, with a limit to the wait. This deployment holds the cell until finish.
  const deployment = await queue.start({ ...cell, component: "web" }, { signal: AbortSignal.timeout(60_000) });
  await queue.finish(deployment.id);
  process.stdout.write(`deployment ${deployment.id} finished too\n`);
} catch (error) {
  if (!(error instanceof CancelledError)) {
    throw error;
  }
  process.stdout.write(`cancelled: ${error.message}\n`);
} finally {
  await queue.close();
}
