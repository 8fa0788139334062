import { Command, Option } from "clipanion";
import { confirm, isAtTerminal } from "../../commandLine/confirm.js";
import type { Session } from "../../commandLine/openSession.js";
import { options } from "../../commandLine/options.js";
import { PolicyCommand } from "../../commandLine/policyCommand.js";
import { given, none, policies, secondsOrNone } from "../../commandLine/policyValues.js";
import { argument, optionalName, valueOption } from "../../commandLine/values.js";
import { InvalidValueError } from "../../database/errors.js";
import { type ComponentChanges, type EnvironmentChanges, unknownEnvironment } from "../../queue/calls/environments.js";
import type { Queue } from "../../queue/queue.js";
import { environmentTable } from "../../tables/environmentTable.js";
import { formatDuration } from "../../text/durations.js";
import { printable } from "../../text/printable.js";

export class EnvironmentSetCommand extends PolicyCommand {
  static override paths = [["environment", "set"]];

  static override usage = Command.Usage({
    category: "Environment",
    description: "Change the policies of an environment or of a component in it, or add an environment",
    details: `
      What is not given stays as it is. \`--create\` adds an environment that does not exist. It begins with no buffer, a heartbeat timeout
      of 15 minutes, and open cells. Without a maximum duration a deployment may run for ever. Without a retention its history is kept
      for ever.

      With \`--component\` it says what that component demands otherwise than its environment; \`none\` takes that back, for each policy:
      \`--ordering none\`. The slots of a component are a limit within those of the cell. docs/ordering.md tells what ordering, slots and
      reservations do, docs/gates.md what confirmation, approvals, promotion, checks and verification do, and
      docs/logs.md what logs are.

      When the cells are closed, a deployment to a cell that is not in \`list cells\` is refused, and \`cell add\` adds one.

      A retention that removes deployments at once says how many, and asks on a terminal. In a script it needs \`--yes\` when they are
      more than one.
    `,
    examples: [
      ["Cool down for five minutes", "deploy-queue environment set staging --buffer-time 5m"],
      ["Add an environment", "deploy-queue environment set staging --create"],
      ["Let a deployment run as long as it takes", "deploy-queue environment set staging --max-duration none"],
      ["Let two others approve", "deploy-queue environment set prod --approvals 2"],
      ["Keep what commands print", "deploy-queue environment set prod --log on --log-limit 10MiB --log-retention 30d"],
      ["Deploy only the newest of a component", "deploy-queue environment set prod --component api --ordering latest"],
    ],
  });

  environment = argument("environment", (text) => text.trim());
  component = optionalName("-c,--component", "The component that demands otherwise, instead of the whole environment");
  create = Option.Boolean("--create", false, { description: "Add the environment if it does not exist" });
  retention = valueOption(
    "--retention",
    "How long deployments are kept after their end, such as 365d, or none for ever",
    secondsOrNone,
  );
  hasClosedCells = valueOption("--cells", "open: a deployment to a new cell adds it; closed: cell add does", isClosed);
  dryRun = options.dryRun();
  yes = options.yes();

  override async act(session: Session): Promise<number> {
    return this.component === undefined ? this.#setEnvironment(session) : this.#setComponent(session, this.component);
  }

  async #setEnvironment({ queue, log }: Session): Promise<number> {
    const { environment: name, changes, retention } = this;
    const known = (await queue.environments.list()).map(({ environment }) => environment);
    const isNew = !known.includes(name);
    if (isNew && !this.create) {
      throw unknownEnvironment(name, known, "--create adds it.");
    }
    if (!this.create && Object.values(changes).every((change) => change === undefined)) {
      throw new InvalidValueError(`environment ${name} is there, and nothing to change is given`, {
        hint: `Give some of ${[...policies.map(({ option }) => option), "--retention", "--cells"].join(", ")}.`,
      });
    }
    const removes = isNew || typeof retention !== "number" ? 0 : await this.#removes(queue, name, retention);
    if (this.dryRun) {
      log.info(`environment ${name} would be ${isNew ? "added" : "changed"}`);
      this.printJson({ environment: name, removes });
      return 0;
    }
    if (!this.yes && (removes > 1 || (removes === 1 && isAtTerminal()))) {
      await confirm("Set this retention?");
    }
    const environment = await queue.environments.set(name, changes);
    log.info(`environment ${name} ${isNew ? "added" : "changed"}`);
    this.print(environmentTable([environment], []), environment);
    return 0;
  }

  async #setComponent({ queue, log }: Session, component: string): Promise<number> {
    const { changesOfComponent: changes } = this;
    const environment = await queue.environments.get(this.environment);
    const name = `component ${component} of environment ${environment.environment}`;
    if (this.dryRun) {
      log.info(`${name} would be changed`);
      this.printJson({ environment: environment.environment, component });
      return 0;
    }
    const demands = await queue.environments.setComponent(environment.environment, component, changes);
    log.info(`${name} changed`);
    this.print(environmentTable([environment], [demands]), demands);
    return 0;
  }

  protected get changes(): EnvironmentChanges {
    const { maxDuration, retention, hasClosedCells } = this;
    const unset = policies.find((policy) => this[policy.name] === none && !policy.canBeNone);
    if (unset !== undefined) {
      throw new InvalidValueError(`${unset.option} cannot be none for an environment`, {
        hint: "With --component it means that the component follows its environment.",
      });
    }
    const without = [
      ...(maxDuration === none ? ["maxDuration" as const] : []),
      ...(retention === none ? ["retention" as const] : []),
    ];
    return {
      ...this.values,
      // For an environment, what asks for nothing.
      confirmation: given(this.confirmation, ""),
      approvals: given(this.approvals, 0),
      approvers: given(this.approvers, ""),
      promoteFrom: given(this.promoteFrom, ""),
      soak: given(this.soak, 0),
      sameArtifact: given(this.sameArtifact, false),
      requireChecks: given(this.requireChecks, []),
      requireVerification: given(this.requireVerification, false),
      gateRollbacks: given(this.gateRollbacks, false),
      hasClosedCells,
      retention: given(retention),
      without: without.length > 0 ? without : undefined,
    };
  }

  protected get changesOfComponent(): ComponentChanges {
    const { create, retention, hasClosedCells } = this;
    const others = [create && "--create", retention && "--retention", hasClosedCells !== undefined && "--cells"];
    const [other] = others.filter((option) => typeof option === "string");
    if (other !== undefined) {
      throw new InvalidValueError(`${other} is for a whole environment, not for a component`);
    }
    if (policies.every(({ name }) => this[name] === undefined)) {
      throw new InvalidValueError("nothing to change is given", {
        hint: `Give some of ${policies.map(({ option }) => option).join(", ")}.`,
      });
    }
    return { ...this.values, without: policies.filter(({ name }) => this[name] === none).map(({ name }) => name) };
  }

  /** How many deployments a retention removes; says so. */
  async #removes(queue: Queue, environment: string, retention: number): Promise<number> {
    const count = await queue.history.prunable(environment, retention);
    if (count > 0) {
      const deployments = count === 1 ? "1 deployment" : `${count} deployments`;
      this.context.stderr.write(
        `${deployments} of ${printable(environment)} ended more than ${formatDuration(retention * 1000)} ago. The worker removes them with their events.\n`,
      );
    }
    return count;
  }
}

function isClosed(text: string, option: string): boolean {
  if (text !== "open" && text !== "closed") {
    throw new InvalidValueError(`${option} must be open or closed, not "${text}"`);
  }
  return text === "closed";
}
