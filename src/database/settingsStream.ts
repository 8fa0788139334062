import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { superviseAuthentication } from "./authentication.js";
import { type ConnectionSettings, isProtected } from "./connectionSettings.js";
import { openSocket } from "./socket.js";

/** What node-postgres takes for a socket: when it is told to connect, it does as the settings say, wherever that is. */
export class SettingsStream extends Duplex {
  readonly #settings: ConnectionSettings;
  readonly #givenUp = new AbortController();
  #socket: Socket | undefined;

  constructor(settings: ConnectionSettings) {
    super();
    this.#settings = settings;
  }

  connect(): void {
    openSocket(this.#settings, this.#givenUp.signal).then(
      (socket) => this.#connected(socket),
      (error: Error) => void this.destroy(error),
    );
  }

  #connected(socket: Socket): void {
    this.#socket = socket;
    superviseAuthentication(socket, { clearText: isProtected(this.#settings), proof: this.#settings.requireProof });
    socket.on("data", (chunk) => {
      if (!socket.destroyed && !this.push(chunk)) {
        socket.pause();
      }
    });
    socket.once("end", () => this.push(null));
    socket.once("error", (error) => this.destroy(error));
    socket.once("close", () => this.destroy());
    if (this.destroyed) {
      socket.destroy();
    } else {
      this.emit("connect");
    }
  }

  setNoDelay(): void {
    this.#socket?.setNoDelay(true);
  }

  setKeepAlive(enable: boolean, delay: number): void {
    this.#socket?.setKeepAlive(enable, delay);
  }

  ref(): void {
    this.#socket?.ref();
  }

  unref(): void {
    this.#socket?.unref();
  }

  override _read(): void {
    this.#socket?.resume();
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#socket === undefined) {
      done(new Error("there is no connection yet"));
    } else {
      this.#socket.write(chunk, done);
    }
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket?.end();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#givenUp.abort();
    this.#socket?.destroy();
    done(error);
  }
}
