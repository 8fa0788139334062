import { setOutput } from "@actions/core";
import type { Deployment } from "../../queue/deployment.js";
import { CancelledError, RefusedError } from "../../queue/errors.js";
import type { Queue } from "../../queue/queue.js";
import { type CommandOutput, openCommandLog } from "../../supervision/commandLog.js";
import { type CommandEnd, runCommand } from "../../supervision/runCommand.js";
import type { Keeper } from "../../supervision/superviseCommands.js";
import { announceEnd } from "../announceEnd.js";
import { announceStart } from "../announceStart.js";
import { attendTurn } from "../attendTurn.js";
import { cancelledBy } from "../cancelledBy.js";
import { endLastLines } from "../commandFiles.js";
import type { CommandStreams } from "../commandStreams.js";
import { saveCommonInputs } from "../commonInputs.js";
import { log } from "../log.js";
import type { RunInputs } from "../runInputs.js";
import { writeScript } from "../script.js";
import { state } from "../state.js";
import { stepEnvironment } from "../stepEnvironment.js";
import { wayInOf } from "../wayIn.js";

/**
 * A whole deployment whose work is the command of the step.
 * @throws CancelledError when another one has cancelled it; RefusedError when it or its command has failed
 */
export async function run(queue: Queue, inputs: RunInputs, streams: CommandStreams): Promise<void> {
  const attended = attendTurn(queue, inputs, {
    log: streams.log,
    onSuperseded: () => state.runId.save(""),
    onEnqueued: ({ id }) => {
      state.runId.save(String(id));
      state.runProcess.save(String(process.pid));
      saveCommonInputs(inputs);
    },
  });
  let startMessage: string | undefined;
  const onStart = async (deployment: Deployment): Promise<void> => {
    startMessage = await announceStart(inputs, { deployment, waitedFor: attended.waitedFor() });
    state.slackStartMessage.save(startMessage ?? "");
  };
  // What stops the command is the annotation of the step's end.
  const keeper = { queue, log: { ...streams.log, error: streams.log.warn }, address: inputs.address };
  const script = writeScript(inputs.command);
  let end: CommandEnd;
  try {
    const wayIn = await wayInOf(queue, inputs, inputs);
    const kept = await openCommandLog(keeper, wayIn, inputs, streams.shown);
    end = await runCommand(keeper, attended, wayIn, {
      ...inputs,
      ...{ command: script.words, output: kept ?? unkept(keeper, streams), stdin: "ignore", onStart },
      environment: (deployment) => stepEnvironment(deployment, inputs.address),
      nameOfRollback: "on-failure",
      cureOfUnverified: "Give this step the input verify, or use the modes start and finish.",
    });
  } catch (error) {
    return await attended.explain(error);
  } finally {
    attended.end();
    script.remove();
  }
  await tell(queue, inputs, end, startMessage);
}

async function tell(
  queue: Queue,
  inputs: RunInputs,
  { deployment, exitCode, message, error }: CommandEnd,
  startMessage: string | undefined,
): Promise<void> {
  // The command may have written outputs of these names, as a deploy-queue in it does.
  endLastLines();
  setOutput("deployment-id", deployment.id);
  setOutput("version", deployment.version ?? "");
  if (startMessage !== undefined) {
    setOutput("slack-start-message-id", startMessage);
  }
  setOutput("exit-code", exitCode);
  const others = error instanceof CancelledError ? await cancelledBy(queue, deployment.id) : undefined;
  await announceEnd(inputs, deployment, { startMessage, others });
  state.runId.save("");
  if (error !== undefined || exitCode !== 0) {
    throw error ?? new RefusedError(message);
  }
  log.info(message);
}

/** Passes through this process as well. */
function unkept({ log: own }: Keeper, { shown }: CommandStreams): CommandOutput {
  return {
    onOutput: (stream, bytes) => shown[stream].pass(bytes),
    begin: () => own,
    end: async () => undefined,
    written: async () => void (await Promise.all([shown.stdout.written(), shown.stderr.written()])),
  };
}
