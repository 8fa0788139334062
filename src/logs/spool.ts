import { randomUUID } from "node:crypto";
import { type FileHandle, open, rm } from "node:fs/promises";
import { join } from "node:path";

/** A file of texts, each read once and in order. It has no name any more, so that nothing of it stays when this process is killed. */
export class Spool {
  readonly #file: FileHandle;
  #written = 0;
  #read = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** @throws as the file system does */
  static async create(folder: string): Promise<Spool> {
    const path = join(folder, `deploy-queue-log-${randomUUID()}`);
    const file = await open(path, "wx+", 0o600);
    await rm(path);
    return new Spool(file);
  }

  get isEmpty(): boolean {
    return this.#read === this.#written;
  }

  /** @throws as the file system does: a disk may be full */
  async write(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    const record = Buffer.alloc(4 + bytes.length);
    record.writeUInt32BE(bytes.length);
    bytes.copy(record, 4);
    for (let from = 0; from < record.length; ) {
      const { bytesWritten } = await this.#file.write(record, from, record.length - from, this.#written + from);
      from += bytesWritten;
    }
    this.#written += record.length;
  }

  /** The next text; undefined when there is none. */
  async read(): Promise<string | undefined> {
    if (this.isEmpty) {
      return undefined;
    }
    const head = Buffer.alloc(4);
    await this.#file.read(head, 0, 4, this.#read);
    const bytes = Buffer.alloc(head.readUInt32BE());
    await this.#file.read(bytes, 0, bytes.length, this.#read + 4);
    this.#read += 4 + bytes.length;
    return bytes.toString();
  }

  async remove(): Promise<void> {
    await this.#file.close().catch(() => undefined);
  }
}
