import type { FastifyError } from "fastify";
import { Type } from "typebox";
import { DatabaseUnavailableError, DeployQueueError, HeldUpError, RefusedError } from "../queue/errors.js";
import { UnknownCallerError } from "./caller.js";

/** RFC 9457. */
export const Problem = Type.Object(
  {
    type: Type.String({ description: "urn:deploy-queue: and the code of the queue; about:blank without one" }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: "What is wrong, in one line" }),
    hint: Type.Optional(Type.String({ description: "What to do about it" })),
    code: Type.Optional(Type.String({ description: "The code of the queue, such as QD003" })),
    exit_code: Type.Integer({ description: "What the command line exits with in this case" }),
  },
  { $id: "Problem", description: "Why a call was not carried out" },
);

export interface ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly hint?: string;
  readonly code?: string;
  readonly exit_code: number;
}

const titles: Readonly<Record<number, string>> = {
  400: "The request is not valid",
  401: "The caller is not known",
  403: "The caller may not do this",
  404: "There is no such thing",
  405: "The path has other methods",
  408: "The request was too slow",
  409: "A rule or a state forbids it",
  413: "The request is too large",
  415: "The request is not JSON",
  429: "There are too many requests",
  431: "The address or the headers are too long",
  500: "The server has failed",
  503: "The database does not answer, or is held up",
};

export const problemStatuses = Object.keys(titles).map(Number);

export function titleOf(status: number): string {
  return titles[status] ?? "The request failed";
}

/** The answers with these statuses, for OpenAPI. */
export function problemsOf(...statuses: readonly number[]) {
  const content = { "application/problem+json": { schema: Type.Ref("Problem") } };
  return Object.fromEntries(statuses.map((status) => [status, { description: titleOf(status), content }]));
}

/** By codes of the queue; the others go by the exit code. */
const statusOfCode: Readonly<Record<string, number>> = {
  QD020: 403,
  QD070: 401,
  QD072: 403,
  QD083: 403,
  QD084: 403,
  QD087: 403,
  "42501": 403,
};

const statusOfExit: Readonly<Record<number, number>> = { 2: 400, 3: 404, 4: 409, 5: 409, 6: 409, 7: 503 };
const exitOfStatus: Readonly<Record<number, number>> = { 401: 7, 403: 4, 404: 3, 405: 2, 409: 4, 500: 1, 503: 7 };

/** The problem that an error is to a client. Of what is no fault of the client it tells nothing. */
export function problemOf(error: unknown): ProblemDetails {
  if (error instanceof DeployQueueError) {
    const { code } = error;
    // Of the queue or of PostgreSQL, never of the network.
    const isOfDatabase = !(error instanceof DatabaseUnavailableError) && /^[\dA-Z]{5}$/.test(code ?? "");
    const status =
      error instanceof DatabaseUnavailableError || error instanceof HeldUpError
        ? 503
        : error instanceof UnknownCallerError
          ? 401
          : error instanceof TooManyRequestsError
            ? 429
            : (statusOfCode[code ?? ""] ?? statusOfExit[error.exitCode] ?? 500);
    const detail = error instanceof DatabaseUnavailableError ? "the database does not answer" : error.message;
    return problem(status, detail, {
      ...(error.hint !== undefined && !(error instanceof DatabaseUnavailableError) && { hint: error.hint }),
      ...(isOfDatabase && code !== undefined && { code }),
      // A caller that is not let in is one whom a database does not let in.
      exit_code: status === 401 ? 7 : error.exitCode,
    });
  }
  if (isOfClient(error)) {
    return problem(error.statusCode, error.message);
  }
  return problem(500, "the server has failed; its log says how");
}

export function problem(
  status: number,
  detail: string,
  more: Partial<Pick<ProblemDetails, "hint" | "code" | "exit_code">> = {},
): ProblemDetails {
  return {
    type: more.code === undefined ? "about:blank" : `urn:deploy-queue:${more.code}`,
    title: titleOf(status),
    status,
    detail,
    exit_code: exitOfStatus[status] ?? 2,
    ...more,
  };
}

/** The caller asks too often, or holds too much. */
export class TooManyRequestsError extends RefusedError {}

function isOfClient(error: unknown): error is FastifyError & { readonly statusCode: number } {
  return (
    error instanceof Error &&
    "statusCode" in error &&
    typeof error.statusCode === "number" &&
    error.statusCode >= 400 &&
    error.statusCode < 500
  );
}
