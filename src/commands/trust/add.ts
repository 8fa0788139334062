import { Command, Option } from "clipanion";
import type { Session } from "../../commandLine/openSession.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";
import { argument, optionalName, optionalValue, requiredName, valueOr } from "../../commandLine/values.js";
import { InvalidValueError } from "../../database/errors.js";
import { parseDuration } from "../../text/durations.js";
import { listOf } from "../../text/lists.js";
import { parseCount } from "../../text/numbers.js";

export class TrustAddCommand extends QueueCommand {
  static override paths = [["trust", "add"]];

  static override usage = Command.Usage({
    category: "Operation",
    description: "Trust the OIDC tokens of a CI system, which needs no secret then, or people who sign in",
    details: `
      A server exchanges a token for a session when each \`--claim\` is in it, with exactly this value. Of GitHub, repository_id or repository_owner_id is
      one of them, of GitLab project_id or namespace_id: a name may be given to another project. The other options say what a session may, as those of
      \`token create\`. A session of a deployer changes only what its run has entered. Of several trusts that let a token in, the one with the most claims
      counts. For operators, who cannot give more than they have.

      The provider is github, gitlab, oidc for any other CI system, or people: those who sign in at a server by their OIDC issuer. Of people, the audience
      is the client id of the server, and a claim that is a list, such as their groups, needs to have the value among others.
    `,
    examples: [
      [
        "Deployments of the main branch of a repository of GitHub, through its environment production",
        "deploy-queue trust add github --name api-prod --audience https://queue.example.com --claim repository_id=74 --claim ref=refs/heads/main --claim environment=production --role deployer --environment prod",
      ],
      [
        "Protected branches of a project of GitLab",
        "deploy-queue trust add gitlab --name web --audience https://queue.example.com --claim project_id=22 --claim ref_protected=true --role deployer",
      ],
      [
        "People of the group on-call",
        "deploy-queue trust add people --name on-call --issuer https://accounts.example.com --audience queue-client --claim groups=on-call --role operator --session 8h",
      ],
    ],
  });

  provider = argument("provider", (text) => text.trim());
  name = requiredName("--name", "What it is known as, such as api-prod");
  audience = requiredName(
    "--audience",
    "For whom the tokens must be: the URL of the server, without a slash at its end",
  );
  claims = Option.Array("--claim", {
    required: true,
    description: "What a token must say, such as ref=refs/heads/main; once for each claim (required)",
  });
  role = requiredName("--role", "reader, deployer, operator, approver or checker");
  environments = optionalName("-e,--environment", "The only ones that a session may change, such as dev,staging");
  components = optionalName("-c,--component", "The only ones that a session may change, such as api,web");
  cells = optionalName("--cell", "The only ones that a session may change, such as prod-aws-us-west-2-cell-1");
  functions = optionalName(
    "--functions",
    "The only functions that a session may call, such as enqueue,try_start,finish",
  );
  issuer = optionalName(
    "--issuer",
    "The issuer, of a GitHub or GitLab of your own and of oidc, such as https://gitlab.example.com",
  );
  runClaims = optionalName(
    "--run-claims",
    "Of oidc: the claims by which one run is told from another, such as pipeline_id",
  );
  mostLive = optionalValue(
    "--most-live",
    "How many deployments of a run, or of a person, may wait or run at once; any number without it",
    parseCount,
  );
  session = valueOr("--session", "1h", "For how long a session lasts, up to 24h; 1h by default", parseDuration);

  override async act({ queue, log }: Session): Promise<number> {
    const trust = await queue.trusts.add({
      ...{ name: this.name, provider: this.provider, audience: this.audience, kind: this.role, issuer: this.issuer },
      claims: Object.fromEntries(this.claims.map(parseClaim)),
      ...{ environments: listOf(this.environments), components: listOf(this.components) },
      ...{ cells: listOf(this.cells), functions: listOf(this.functions), runClaims: listOf(this.runClaims) },
      ...{ sessionLength: this.session / 1000, mostLive: this.mostLive },
    });
    log.info(`tokens of ${trust.issuer} with these claims get a session of a ${trust.kind}: trust ${trust.name}`);
    this.printJson(trust);
    return 0;
  }
}

function parseClaim(text: string): [string, string] {
  const [, name, value] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw new InvalidValueError(`--claim must be a claim and its value, such as ref=refs/heads/main, not "${text}"`);
  }
  return [name, value];
}
