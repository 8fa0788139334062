/** The embedded PostgreSQL cannot be used; the message is one sentence that names the directory or the cure. */
export class EmbeddedServerError extends Error {
  override readonly name = "EmbeddedServerError";
}
