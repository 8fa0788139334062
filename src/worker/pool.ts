import pg from "pg";

/**
 * A pool to which a connection may be given back twice, or one that there never was; either would end the process.
 * graphile-worker does the one when the connection it listens on is lost while it is being stopped and its LISTEN is still
 * on the way, the other when it is stopped while it tries to listen again: pg-pool says then that it has ended, or that no
 * connection came free in time, and has nothing to give back.
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
