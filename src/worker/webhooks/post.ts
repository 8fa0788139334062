import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { publicOnly, requirePublicHost } from "./addresses.js";

export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly allowPrivate: boolean;
  /** Milliseconds for all of it. */
  readonly timeout: number;
}

export interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** The beginning of its body. */
  readonly text: string;
}

/** What is read of an answer, in characters. */
const longestText = 64_000;

/**
 * Posts over a connection of its own, follows no redirect and uses no proxy.
 * @throws what Node throws, PrivateAddressError, and a TimeoutError of the signal
 */
export function post({ url, headers, body, allowPrivate, timeout }: Post): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const target = new URL(url);
    if (!allowPrivate) {
      requirePublicHost(target);
    }
    const signal = AbortSignal.timeout(timeout);
    const send = target.protocol === "https:" ? requestHttps : requestHttp;
    const request = send(
      target,
      {
        ...{ method: "POST", agent: false, signal, headers: { ...headers, "content-length": Buffer.byteLength(body) } },
        ...(allowPrivate ? {} : { lookup: publicOnly }),
      },
      (response) => {
        let text = "";
        const end = (): void =>
          resolve({ status: response.statusCode ?? 0, retryAfter: response.headers["retry-after"], text });
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          text += chunk;
          if (text.length > longestText) {
            end();
            request.destroy();
          }
        });
        response.on("end", end).on("error", (error) => reject(signal.aborted ? signal.reason : error));
      },
    );
    request.on("error", (error) => reject(signal.aborted ? signal.reason : error));
    request.end(body);
  });
}
