/** The streams of agents: each is told when there may be work for its agent. */
export class AgentStreams {
  readonly #streams = new Map<number, Set<() => void>>();

  /** @param tell called when there may be work @returns a function that ends it */
  add(agent: number, tell: () => void): () => void {
    const all = this.#streams.get(agent) ?? new Set();
    this.#streams.set(agent, all.add(tell));
    return () => {
      all.delete(tell);
      if (all.size === 0 && this.#streams.get(agent) === all) {
        this.#streams.delete(agent);
      }
    };
  }

  tell(agent: number): void {
    for (const tell of this.#streams.get(agent) ?? []) {
      tell();
    }
  }

  tellAll(): void {
    for (const agent of this.#streams.keys()) {
      this.tell(agent);
    }
  }
}
