import { hostname } from "node:os";
import { Command, Option } from "clipanion";
import { readUsableFile } from "../agent/readUsableFile.js";
import type { AgentSettings } from "../agent/target.js";
import type { Session } from "../commandLine/openSession.js";
import { QueueCommand } from "../commandLine/queueCommand.js";
import { leaveAtOnce, onSignals } from "../display/signals.js";

export class AgentCommand extends QueueCommand {
  static override paths = [["agent"]];

  static override usage = Command.Usage({
    category: "Operation",
    description: "Run the commands of deployments on this machine until stopped",
    details: `
      Serves the targets of a file, each a component in a cell, and runs the commands that were submitted for them when it is their turn, one
      by one, until one fails. The file says in which directories, as which user, with which variables, and which commands are
      allowed at all; \`agent check\` examines it. docs/agent.md begins with an empty machine.

      Any number of agents may serve a target: each deployment is taken by one. An agent needs a database login with the role
      deploy_queue_agent, or DEPLOY_QUEUE_URL with a token of the role agent. Commands get neither.

      Deployments are kept as \`run\` keeps them: with heartbeats, a watchdog, and the same stops. When an agent is killed, what it
      ran is ended and fails.

      SIGTERM and SIGINT drain it: it takes nothing more, and ends when what it has taken has ended. The second signal ends that as well.
    `,
    examples: [["With the file of this machine", "deploy-queue agent --config /etc/deploy-queue/agent.yaml"]],
  });

  config = Option.String("--config", "agent.yaml", {
    description: "The file with the targets; agent.yaml by default",
  });

  /** An agent that starts together with its database, or during a fail-over, waits for it. */
  override outageTimeout = Number.POSITIVE_INFINITY;

  #settings: AgentSettings | undefined;

  protected override get hasJsonLog(): boolean {
    return this.json;
  }

  override async perform(): Promise<number> {
    const { settings, problems } = await readUsableFile(this.config);
    for (const problem of problems) {
      this.context.stderr.write(`${problem}\n`);
    }
    if (settings === undefined) {
      return 2;
    }
    this.#settings = settings;
    return super.perform();
  }

  override async act({ queue, log, address }: Session): Promise<number> {
    const settings = this.#settings;
    if (settings === undefined) {
      return 2;
    }
    // Loaded here: a wrong file needs none of it.
    const { runAgent } = await import("../agent/runAgent.js");
    const drain = new AbortController();
    const listeners = new Set<(signal: NodeJS.Signals) => void>();
    const stopHeeding = onSignals((signal) => {
      if (!drain.signal.aborted) {
        log.info(`${signal}: taking nothing more; what runs goes on to its end, once more to stop it`);
        drain.abort();
      } else if (listeners.size === 0) {
        leaveAtOnce(signal);
      } else {
        log.warn(`${signal}: stopping what runs`);
        for (const listener of listeners) listener(signal);
      }
    });
    try {
      await runAgent({
        ...{ queue, log, address, settings, name: settings.name ?? hostname(), drain: drain.signal },
        onSignal: (listener) => {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
      });
    } finally {
      stopHeeding();
    }
    return 0;
  }
}
