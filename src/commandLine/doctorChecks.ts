import type { Database } from "../database/database.js";
import { verifyTls } from "../database/protection.js";
import { reasonOf } from "../database/reasons.js";
import { expectedSchemaVersion, hasOtherObjects, schemaVersion } from "../database/schema.js";
import { type ServerFacts, serverFacts } from "../database/serverFacts.js";
import type { LeveledLog } from "../display/log.js";
import { withProgress } from "../display/progress.js";
import type { Finding } from "../queue/calls/upkeep.js";
import { DeployQueueError } from "../queue/errors.js";
import { Queue } from "../queue/queue.js";
import { formatDuration } from "../text/durations.js";

/** One line of the doctor's report. */
export interface Diagnosis extends Finding {
  /** What to do about it; null where there is nothing to do. */
  readonly cure: string | null;
}

const oldestServer = 140_000;

/** A smaller difference of the clocks is not reported, in milliseconds. */
const tolerableClockDifference = 5_000;

export interface Examination {
  /** The directory of the embedded server, if that is what is examined. */
  readonly ownDirectory: string | undefined;
  /** Where given, a worker must run on this host. */
  readonly workerHost: string | undefined;
  readonly verifyHistory: boolean;
  readonly log: LeveledLog;
}

/** Examines a database, from what everything needs to what only some need; what cannot be examined has no line. */
export async function examine(database: Database, examination: Examination): Promise<Diagnosis[]> {
  let facts: ServerFacts;
  let clock: Diagnosis;
  try {
    // The first query opens the connection, which takes its time.
    await serverFacts(database);
    const before = Date.now();
    facts = await serverFacts(database);
    clock = clockDiagnosis(facts, (before + Date.now()) / 2);
  } catch (error) {
    return [connectionFailure(error)];
  }
  const schema = await schemaDiagnosis(database);
  return [
    connection(database.target, examination.ownDirectory),
    encryption(database),
    versionDiagnosis(facts),
    extensionDiagnosis(facts),
    schema,
    await listenDiagnosis(database),
    clock,
    ...(schema.status === "failed" ? [] : await healthDiagnoses(database, examination)),
  ];
}

function connection(target: string, ownDirectory: string | undefined): Diagnosis {
  const text = `connected to ${target}`;
  return ownDirectory === undefined
    ? ok("connection", text)
    : ok("connection", `${text}, this user's own, in ${ownDirectory}`);
}

function encryption({ protection: { isProtected, text } }: Database): Diagnosis {
  return isProtected ? ok("encryption", text) : { name: "encryption", status: "warning", text, cure: verifyTls };
}

export function connectionFailure(error: unknown): Diagnosis {
  const cure = error instanceof DeployQueueError ? error.hint : undefined;
  return {
    name: "connection",
    status: "failed",
    text: reasonOf(error),
    cure: cure ?? "Check DEPLOY_QUEUE_DATABASE_URL, the network in between, and that the server runs and lets us in.",
  };
}

function versionDiagnosis({ version, version_number }: ServerFacts): Diagnosis {
  const text = `PostgreSQL ${version}`;
  return version_number >= oldestServer
    ? ok("server", text)
    : { name: "server", status: "failed", text, cure: "Use PostgreSQL 14 or newer." };
}

function extensionDiagnosis({ extension }: ServerFacts): Diagnosis {
  switch (extension) {
    case "present":
      return ok("extension", "btree_gist is there");
    case "available":
      return ok("extension", "btree_gist can be created by the migration");
    case "missing":
      return {
        name: "extension",
        status: "failed",
        text: "the server does not have the extension btree_gist",
        cure: "Install the contrib package of PostgreSQL on the server.",
      };
  }
}

async function schemaDiagnosis(database: Database): Promise<Diagnosis> {
  const failed = (text: string, cure: string): Diagnosis => ({ name: "schema", status: "failed", text, cure });
  try {
    const present = await schemaVersion(database);
    const expected = expectedSchemaVersion();
    const migrate = 'Run "deploy-queue migrate" as a role that may change the schema.';
    if (present === undefined) {
      return failed("the schema deploy_queue is missing", migrate);
    }
    if (present < expected) {
      return failed(`the schema has version ${present}, this program needs ${expected}`, migrate);
    }
    const warning = (text: string, cure: string): Diagnosis => ({ name: "schema", status: "warning", text, cure });
    if (present > expected) {
      return warning(
        `the schema has version ${present}, this program was written for ${expected}`,
        "Update deploy-queue here.",
      );
    }
    return (await hasOtherObjects(database))
      ? warning(`version ${present}, but with other functions and views than those of this program`, migrate)
      : ok("schema", `version ${present}`);
  } catch (error) {
    return failed(reasonOf(error), (error instanceof DeployQueueError ? error.hint : undefined) ?? "See the message.");
  }
}

async function listenDiagnosis(database: Database): Promise<Diagnosis> {
  const channel = `deploy_queue_doctor_${process.pid}`;
  const warning = (text: string): Diagnosis => ({
    name: "notifications",
    status: "warning",
    text,
    cure: "Connect to PostgreSQL directly or through a pooler in session mode; until then, waiters look every 2 to 15 seconds.",
  });
  try {
    await database.listen(channel);
    return (await database.notificationsArrive(channel)) === true
      ? ok("notifications", "they arrive")
      : warning("they do not arrive on this connection");
  } catch (error) {
    return warning(reasonOf(error));
  }
}

function clockDiagnosis({ now }: ServerFacts, here: number): Diagnosis {
  const difference = here - now.getTime();
  const text = `the clock here is ${formatDuration(Math.abs(difference))} ${difference < 0 ? "behind" : "ahead of"} the server's`;
  return Math.abs(difference) < tolerableClockDifference
    ? ok("clock", text)
    : {
        name: "clock",
        status: "warning",
        text,
        cure: "Synchronise the clocks. The queue goes by the server's; times in the log and a worker's schedule go by the one here.",
      };
}

const cures: Readonly<Record<string, string>> = {
  worker:
    'Start "deploy-queue worker". Without one, only its waiters reap a dead deployment, and outliers are not recorded.',
  rules:
    "Restore the whole of a backup (docs/operations.md says which options), or enable the trigger with ALTER TABLE.",
  webhooks:
    'See "deploy-queue webhook list". When its receiver is well again, "deploy-queue webhook redeliver <name>" sends what was given up.',
  "notification queue":
    "Some session listens and stays in a transaction for long: end it. Above 50 %, deploy-queue sends no notifications and waiters look by themselves; when the queue is full, other programs that notify cannot commit.",
  deployments:
    'Look at it with "deploy-queue info <id>". When nothing of its work runs any more, end it with "deploy-queue finish <id>" or "deploy-queue cancel deployment <id>". What is started with --max-duration ends by itself.',
};

async function healthDiagnoses(database: Database, examination: Examination): Promise<Diagnosis[]> {
  try {
    const queue = new Queue(database);
    const findings = await queue.upkeep.health(examination.workerHost);
    const diagnoses = findings.map((finding) => ({
      ...finding,
      cure: finding.status === "ok" ? null : (cures[finding.name] ?? null),
    }));
    return examination.verifyHistory ? [...diagnoses, ...(await historyDiagnoses(queue, examination.log))] : diagnoses;
  } catch (error) {
    return [
      { name: "queue", status: "failed", text: reasonOf(error), cure: "Ask the owner of the schema for the grants." },
    ];
  }
}

async function historyDiagnoses(queue: Queue, log: LeveledLog): Promise<Diagnosis[]> {
  const contradictions = await withProgress(log, "reading all that has happened", () => queue.history.verify());
  return contradictions.length === 0
    ? [ok("history", "nothing that has happened contradicts the rules")]
    : contradictions.map(({ rule, deployment_id, problem }) => ({
        name: "history",
        status: "failed",
        text: `deployment ${deployment_id}: ${problem} (${rule})`,
        cure: `"deploy-queue history ${deployment_id}" shows its events. The tables were changed past the triggers, or this is a bug.`,
      }));
}

function ok(name: string, text: string): Diagnosis {
  return { name, status: "ok", text, cure: null };
}
