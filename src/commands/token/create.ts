import { createHash, randomBytes } from "node:crypto";
import { Command } from "clipanion";
import type { Session } from "../../commandLine/openSession.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";
import { optionalName, optionalValue, requiredName } from "../../commandLine/values.js";
import { inSeconds, parseDuration } from "../../text/durations.js";
import { listOf } from "../../text/lists.js";
import { parseCount } from "../../text/numbers.js";

export class TokenCreateCommand extends QueueCommand {
  static override paths = [["token", "create"]];

  static override usage = Command.Usage({
    category: "Operation",
    description: "Make a token for callers of a server",
    details: `
      The last line of stdout is the token. It is shown this one time: the queue keeps its SHA-256 only. Who holds it may do over HTTP what the role
      may do in SQL; a deployer changes only what it entered with the same token. For operators, who cannot give more than they have.
    `,
    examples: [
      [
        "For a pipeline that deploys api to dev",
        "deploy-queue token create --name ci-api --role deployer --environment dev --component api --expires 90d",
      ],
    ],
  });

  name = requiredName("--name", "What it is known as, such as ci");
  role = requiredName("--role", "reader, deployer, operator, approver or checker");
  environments = optionalName("-e,--environment", "The only ones that it may change, such as dev,staging");
  components = optionalName("-c,--component", "The only ones that it may change, such as api,web");
  functions = optionalName("--functions", "The only functions that it may call, such as enqueue,try_start,finish");
  mostLive = optionalValue(
    "--most-live",
    "How many of its deployments may wait or run at once; any number without it",
    parseCount,
  );
  expires = optionalValue(
    "--expires",
    "For how long it is valid, such as 90d; otherwise until it is revoked",
    parseDuration,
  );

  override async act({ queue, log }: Session): Promise<number> {
    const secret = `dq_${randomBytes(32).toString("base64url")}`;
    const token = await queue.tokens.create({
      ...{ name: this.name, kind: this.role, hash: createHash("sha256").update(secret).digest() },
      ...{
        environments: listOf(this.environments),
        components: listOf(this.components),
        functions: listOf(this.functions),
      },
      ...{ mostLive: this.mostLive, validFor: inSeconds(this.expires) },
    });
    log.info(
      `token ${token.name} lets ${/^[ao]/.test(token.kind) ? "an" : "a"} ${token.kind} in; it is shown this one time`,
    );
    this.print(secret, { ...token, token: secret });
    return 0;
  }
}
