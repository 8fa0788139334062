import pg from "pg";

/**
 * A pool to which a connection may be given back twice, which pg-pool answers with an error that ends the process.
 * graphile-worker does so when the connection it listens on is lost while it is being stopped and its LISTEN is still
 * on the way.
 */
export class ForgivingPool extends pg.Pool {
  override connect(): Promise<pg.PoolClient>;
  override connect(callback: Callback): void;
  override connect(callback?: Callback): Promise<pg.PoolClient> | undefined {
    if (callback === undefined) {
      return super.connect();
    }
    return void super.connect((error, client, release) => {
      let isReleased = false;
      callback(error, client, (destroy) => {
        if (!isReleased) {
          isReleased = true;
          release(destroy);
        }
      });
    });
  }
}

type Callback = Parameters<pg.Pool["connect"]>[0];
