import { version } from "../../package.json";
import { ClosedError, DatabaseUnavailableError, DeployQueueError, InvalidValueError } from "../database/errors.js";
import { reasonOf } from "../database/reasons.js";
import type { ServerAddress } from "./serverUrl.js";

export interface Reply {
  readonly status: number;
  /** undefined when it is not JSON. */
  readonly body: unknown;
}

export interface StreamOptions {
  readonly signal: AbortSignal;
  /** Whether the first event tells what is so already, of which onEvent is not told. */
  readonly tellsPresent: boolean;
  /** Told of each event by its name. */
  readonly onEvent: (name: string) => void;
  /** Told once, when the stream has ended. */
  readonly onEnd: () => void;
}

/** Milliseconds for an answer: a little more than the server gives the database. */
const timeout = 30_000;
/** Milliseconds without a word after which a stream counts as broken; the server says something each 15 seconds. */
const longestSilence = 45_000;

/** Requests to a server of the queue. Redirects are not followed: the token is for this server only. */
export class ServerClient {
  readonly target: string;
  readonly #token: string | undefined;
  readonly #closed = new AbortController();

  constructor({ url, token }: ServerAddress) {
    this.target = url;
    this.#token = token;
  }

  /** @throws DatabaseUnavailableError when there is no answer */
  async post(path: string, body: unknown): Promise<Reply> {
    const response = await this.#fetch(path, AbortSignal.timeout(timeout), {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: await this.#json(response) };
  }

  /**
   * Opens a stream of events.
   * @returns what the server answers instead of a stream; undefined once the stream tells of all that happens from now on
   * @throws DatabaseUnavailableError when there is no answer
   */
  async listen(path: string, { signal, tellsPresent, onEvent, onEnd }: StreamOptions): Promise<Reply | undefined> {
    const silence = new AbortController();
    let timer = setTimeout(() => silence.abort(), timeout);
    const heard = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), longestSilence);
    };
    const ending = AbortSignal.any([signal, silence.signal]);
    let response: Response;
    try {
      response = await this.#fetch(path, ending, { headers: { accept: "text/event-stream" } });
    } catch (error) {
      clearTimeout(timer);
      throw error;
    }
    if (response.status !== 200 || response.body === null) {
      clearTimeout(timer);
      return { status: response.status, body: await this.#json(response) };
    }
    const { body } = response;
    await new Promise<void>((resolve) => {
      let isPresent = tellsPresent;
      const onChunk = (): void => {
        heard();
        if (!tellsPresent) {
          resolve();
        }
      };
      const onName = (name: string): void => {
        if (!isPresent) {
          onEvent(name);
        }
        isPresent = false;
        resolve();
      };
      readEvents(body, onChunk, onName)
        .catch(() => undefined)
        .finally(() => {
          clearTimeout(timer);
          resolve();
          onEnd();
        });
    });
    return undefined;
  }

  close(): void {
    this.#closed.abort();
  }

  async #fetch(path: string, signal: AbortSignal, request: RequestInit, renew = false): Promise<Response> {
    if (this.#closed.signal.aborted) {
      throw new ClosedError("the connection was closed");
    }
    const bearer = this.#token ?? (await this.#sessionToken(renew));
    try {
      const response = await fetch(`${this.target}${path}`, {
        ...request,
        headers: {
          ...request.headers,
          authorization: `Bearer ${bearer}`,
          "user-agent": `deploy-queue/${version}`,
        },
        redirect: "manual",
        signal: AbortSignal.any([this.#closed.signal, signal]),
      });
      if (response.status >= 300 && response.status < 400) {
        throw new InvalidValueError(`${this.target} leads elsewhere, where the token must not go`, {
          hint: "Give the address where the server is.",
        });
      }
      // The session may have ended in the meantime.
      return response.status === 401 && this.#token === undefined && !renew
        ? await this.#fetch(path, signal, request, true)
        : response;
    } catch (error) {
      throw error instanceof DeployQueueError ? error : this.#unavailable(error);
    }
  }

  async #json(response: Response): Promise<unknown> {
    let text: string;
    try {
      text = await response.text();
    } catch (error) {
      throw this.#unavailable(error);
    }
    try {
      return JSON.parse(text);
    } catch {
      return undefined;
    }
  }

  async #sessionToken(renew: boolean): Promise<string> {
    // Few need it, and it takes a while to load.
    const { sessionToken } = await import("./ciToken.js");
    return sessionToken(this.target, process.env, { renew });
  }

  #unavailable(error: unknown): DatabaseUnavailableError {
    const isLate = error instanceof Error && (error.name === "TimeoutError" || error.name === "AbortError");
    // What fetch says is why, not what.
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    return isLate
      ? new DatabaseUnavailableError(`${this.target} did not answer within ${timeout / 1000} s`, { cause: error })
      : new DatabaseUnavailableError(`${this.target} cannot be reached: ${reasonOf(cause)}`, { cause });
  }
}

/** @param onChunk told of all that comes, also of comments, which only show that the stream is alive */
async function readEvents(
  body: ReadableStream<Uint8Array>,
  onChunk: () => void,
  onEvent: (name: string) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body) {
    onChunk();
    const lines = `${rest}${decoder.decode(chunk, { stream: true })}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line.startsWith("event:")) {
        onEvent(line.slice("event:".length).trim());
      }
    }
  }
}
