import { Option } from "clipanion";
import { InvalidValueError } from "../database/errors.js";
import type { Promotable } from "../queue/calls/promotions.js";
import type { DeploymentRequest, Location } from "../queue/deployment.js";
import { inSeconds, parseDuration } from "../text/durations.js";
import { parseMoment } from "../text/moments.js";
import { parseDeploymentId, parsePriority, parseSequence } from "../text/numbers.js";
import { promotedText } from "../text/promotion.js";
import type { Session } from "./openSession.js";
import { options } from "./options.js";
import { cellByName, PlacedCommand } from "./placedCommand.js";
import { defaultSources, type Wanted, wantedOf } from "./placeSources.js";
import { optionalText, optionalValue } from "./values.js";

/** A command that asks for a deployment: its options say what is deployed where, and when it may start. */
export abstract class RequestCommand extends PlacedCommand {
  component = options.component();
  version = options.version();
  url = optionalText("--url", "Page of the job that deploys");
  note = optionalText("--note", "Free text for people");
  concurrencyKey = optionalText("--concurrency-key", "Deployments with the same key may run side by side");
  maxDuration = optionalValue(
    "--max-duration",
    "The deployment is reaped when it runs for longer, such as 2h; else the limit of the environment",
    parseDuration,
  );
  idempotencyKey = optionalText(
    "--idempotency-key",
    "Chosen by the caller for one deployment: asking again with the same key gives the deployment that is there already",
  );
  priority = optionalValue("--priority", "A deployment with a higher one goes first; 0 by default", parsePriority);
  sequence = optionalValue(
    "--sequence",
    "A run number: the deployments of a component stand in its order, whichever comes first",
    parseSequence,
  );
  sequenceScope = optionalText(
    "--sequence-scope",
    "What the sequence counts, such as the runs of a pipeline: only numbers of one scope are compared",
  );
  artifact = optionalText("--artifact", "What is deployed, such as a digest");
  latestFrom = optionalText(
    "--latest-from",
    "Deploy the version that finished last in this environment, of those that the place would take now, and its artifact",
  );
  rollbackOf = optionalValue(
    "--rollback-of",
    "Go back on purpose from this deployment of the component: passes what refuses a step back, and the buffer of that one",
    parseDeploymentId,
  );
  confirm = options.confirm();
  notBefore = Option.String("--not-before", {
    description: 'Do not start earlier, such as 2h or "2026-11-01 02:00 Europe/Berlin"; others pass until then',
  });
  notAfter = Option.String("--not-after", { description: "Cancel it when it has not started by then" });

  override async perform(): Promise<number> {
    await this.checkPlace();
    return super.perform();
  }

  /**
   * What is missing is said without a database.
   * @throws InvalidValueError
   */
  protected async checkPlace(): Promise<void> {
    const { latestFrom, version, artifact } = this;
    if (latestFrom !== undefined && (version ?? artifact) !== undefined) {
      throw new InvalidValueError(
        `--latest-from and ${version === undefined ? "--artifact" : "--version"} do not go together`,
      );
    }
    await this.#wanted();
  }

  /** @throws InvalidValueError for a moment that the database cannot read, UnknownNameError */
  protected async request(session: Session): Promise<DeploymentRequest> {
    const { queue } = session;
    const { place, component } = await this.#wanted();
    const location = "cell" in place ? await cellByName(queue, place.cell) : place;
    const latest = await this.#latest(session, { ...location, component });
    return {
      ...location,
      component,
      version: latest?.version ?? this.version,
      url: this.url,
      note: this.note,
      concurrencyKey: this.concurrencyKey,
      idempotencyKey: this.idempotencyKey,
      maxDuration: inSeconds(this.maxDuration),
      priority: this.priority,
      sequence: this.sequence,
      sequenceScope: this.sequenceScope,
      artifact: latest?.artifact ?? this.artifact,
      rollbackOf: this.rollbackOf,
      confirmation: this.confirm,
      notBefore: await parseMoment(queue, this.notBefore, "--not-before"),
      notAfter: await parseMoment(queue, this.notAfter, "--not-after"),
    };
  }

  /** What --latest-from stands for. */
  async #latest(
    { queue, log }: Session,
    wanted: Location & { readonly component: string },
  ): Promise<Promotable | undefined> {
    if (this.latestFrom === undefined) {
      return undefined;
    }
    const latest = await queue.promotions.latest(this.latestFrom, wanted);
    log.info(promotedText(wanted.component, latest, this.latestFrom));
    return latest;
  }

  async #wanted(): Promise<Wanted> {
    const given = { ...this.given, component: this.component };
    return wantedOf([given, ...(await defaultSources(this.context.env))]);
  }
}
