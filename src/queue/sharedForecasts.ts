import type { Line } from "./calls/line.js";
import type { Forecast } from "./forecast.js";

/** The forecasts for the waiters of one program: those that are asked for while others are being read are read in one call. */
export class SharedForecasts {
  readonly #line: Line;
  #asked = new Set<number>();
  #next: Promise<ReadonlyMap<number, Forecast>> | undefined;
  #present: Promise<unknown> = Promise.resolve();

  constructor(line: Line) {
    this.#line = line;
  }

  /** Undefined when it is not queued. */
  async of(id: number): Promise<Forecast | undefined> {
    this.#asked.add(id);
    this.#next ??= this.#present.then(() => this.#read());
    return (await this.#next).get(id) ?? this.#line.forecast(id);
  }

  #read(): Promise<ReadonlyMap<number, Forecast>> {
    const ids = [...this.#asked];
    this.#asked.clear();
    this.#next = undefined;
    const reading = this.#forecasts(ids);
    this.#present = reading.catch(() => undefined);
    return reading;
  }

  async #forecasts(ids: readonly number[]): Promise<ReadonlyMap<number, Forecast>> {
    // One alone is read by its own call.
    const forecasts = ids.length === 1 ? [] : await this.#line.forecasts(ids);
    return new Map(forecasts.flatMap((one) => (one.deployment_id === null ? [] : [[one.deployment_id, one]])));
  }
}
