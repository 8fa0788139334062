import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { LiveFigure, Transition, WebhookFigure } from "../../queue/calls/figures.js";
import type { Meter } from "../observeRequests.js";

const [minute, hour, day] = [60, 3_600, 86_400];
const long = [1, 5, 15, minute, 5 * minute, 15 * minute, hour, 4 * hour, day];
const short = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30];

export interface DatabaseFigures {
  /** undefined where there is one database only. */
  readonly name: string | undefined;
  /** undefined: it does not answer. */
  readonly told:
    | {
        readonly live: readonly LiveFigure[];
        readonly webhooks: readonly WebhookFigure[];
        readonly transitions: readonly Transition[];
      }
    | undefined;
}

/** What Prometheus reads. Labels are databases, environments, states, kinds, routes and webhooks: none grows with deployments, cells or callers. */
export class Metrics implements Meter {
  readonly #registry = new Registry();
  readonly #registers = { registers: [this.#registry] };
  readonly #live = new Gauge({
    ...{ name: "deploy_queue_deployments", help: "Deployments that wait or run", ...this.#registers },
    labelNames: ["database", "environment", "status"],
  });
  readonly #oldest = new Gauge({
    ...{ name: "deploy_queue_oldest_seconds", help: "How long the oldest of them has waited or run" },
    ...{ labelNames: ["database", "environment", "status"], ...this.#registers },
  });
  readonly #transitions = new Counter({
    ...{ name: "deploy_queue_transitions_total", help: "Transitions of all deployments since this server started" },
    ...{ labelNames: ["database", "environment", "kind"], ...this.#registers },
  });
  readonly #waits = this.#histogram("deploy_queue_wait_seconds", "From entering the line to the start", long);
  readonly #runs = this.#histogram("deploy_queue_run_seconds", "From the start to the end", long);
  readonly #handOffs = this.#histogram(
    "deploy_queue_handoff_seconds",
    "From the end of the last thing that a deployment waited for to its start",
    short,
  );
  readonly #undelivered = this.#ofWebhook("undelivered", "Messages that wait for their delivery");
  readonly #oldestUndelivered = this.#ofWebhook("oldest_seconds", "How long the oldest of them has waited");
  readonly #failures = this.#ofWebhook("failures", "Attempts in a row that have failed");
  readonly #givenUp = this.#ofWebhook("given_up", "Messages that were not delivered within a day of attempts");
  readonly #database = new Gauge({
    ...{ name: "deploy_queue_database_up", help: "1 when the database answers", ...this.#registers },
    labelNames: ["database"],
  });
  readonly #streams = new Gauge({
    ...{ name: "deploy_queue_streams", help: "Streams of this server that are open", ...this.#registers },
  });
  readonly #requests = new Histogram({
    ...{ name: "deploy_queue_http_request_seconds", help: "Requests of this server", buckets: short },
    ...{ labelNames: ["method", "route", "status"], ...this.#registers },
  });

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  request(method: string, route: string, status: number, seconds: number): void {
    this.#requests.observe({ method, route, status }, seconds);
  }

  streams(change: 1 | -1): void {
    this.#streams.inc(change);
  }

  /** Takes in what the databases have told. */
  update(figures: readonly DatabaseFigures[]): void {
    const gauges = [
      this.#live,
      this.#oldest,
      this.#undelivered,
      this.#oldestUndelivered,
      this.#failures,
      this.#givenUp,
    ];
    for (const gauge of gauges) {
      gauge.reset();
    }
    for (const { name, told } of figures) {
      const database = name === undefined ? {} : { database: name };
      this.#database.set(database, told === undefined ? 0 : 1);
      for (const { environment, status, deployment_count, oldest } of told?.live ?? []) {
        this.#live.set({ ...database, environment, status }, deployment_count);
        this.#oldest.set({ ...database, environment, status }, oldest);
      }
      for (const { name: webhook, ...figure } of told?.webhooks ?? []) {
        const labels = { ...database, webhook };
        this.#undelivered.set(labels, figure.pending_count);
        this.#oldestUndelivered.set(labels, figure.oldest_pending ?? 0);
        this.#failures.set(labels, figure.failures);
        this.#givenUp.set(labels, figure.given_up_count);
      }
      for (const { environment, kind, waited, ran, handed_over } of told?.transitions ?? []) {
        const labels = { ...database, environment };
        this.#transitions.inc({ ...labels, kind });
        observe(this.#waits, labels, waited);
        observe(this.#runs, labels, ran);
        observe(this.#handOffs, labels, handed_over);
      }
    }
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #ofWebhook(name: string, help: string): Gauge<"database" | "webhook"> {
    const labelNames = ["database", "webhook"] as const;
    return new Gauge({ name: `deploy_queue_webhook_${name}`, help, labelNames, ...this.#registers });
  }

  #histogram(name: string, help: string, buckets: number[]): Histogram<"database" | "environment"> {
    return new Histogram({ ...{ name, help, buckets }, labelNames: ["database", "environment"], ...this.#registers });
  }
}

type Labels = { readonly database?: string; readonly environment: string };

function observe(histogram: Histogram<"database" | "environment">, labels: Labels, seconds: number | null): void {
  if (seconds !== null) {
    histogram.observe(labels, seconds);
  }
}
