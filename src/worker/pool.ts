import pg from "pg";

/**
 * A pool that survives two mistakes of graphile-worker when it is stopped. Either would end the process.
 * It releases a connection twice, when the connection on which it listens is lost while its LISTEN is on the way. And it
 * releases a connection that it never got, when pg-pool has ended or no connection came free in time while it tries to
 * listen again.
 */
export class ForgivingPool extends pg.Pool {
  override connect(): Promise<pg.PoolClient>;
  override connect(callback: Callback): void;
  override connect(callback?: Callback): Promise<pg.PoolClient> | undefined {
    if (callback === undefined) {
      return super.connect();
    }
    return void super.connect((error, client, release: Release | undefined) => {
      let isReleased = false;
      callback(error, client, (destroy) => {
        if (!isReleased) {
          isReleased = true;
          release?.(destroy);
        }
      });
    });
  }
}

type Callback = Parameters<pg.Pool["connect"]>[0];
type Release = Parameters<Callback>[2];
