import { join } from "node:path";

export interface NodePorts {
  readonly name: string;
  readonly database: number;
  readonly api: number;
  /** Where the other nodes ask it how far it is. */
  readonly shownApi: number;
  /** Of the way to etcd that is this node's own. */
  readonly etcd: number;
}

const programs = "/usr/lib/postgresql/15/bin";

/** docs/operations.md shows what of it matters in production. JSON is YAML as well. */
export function patroniConfiguration(directory: string, { name, database, api, shownApi, etcd }: NodePorts): string {
  return JSON.stringify({
    scope: "queue",
    name,
    restapi: { listen: `127.0.0.1:${api}`, connect_address: `127.0.0.1:${shownApi}` },
    // Without use_proxies it would ask etcd for its address, and go past the proxy.
    etcd3: { host: "127.0.0.1", port: etcd, use_proxies: true },
    bootstrap: {
      dcs: {
        ttl: 8,
        loop_wait: 1,
        retry_timeout: 3,
        maximum_lag_on_failover: 1_048_576,
        synchronous_mode: true,
        synchronous_mode_strict: true,
        postgresql: {
          use_pg_rewind: true,
          use_slots: true,
          parameters: {
            max_connections: 80,
            shared_buffers: "16MB",
            synchronous_commit: "on",
            // Processes are killed here, and never the machine.
            fsync: "off",
            wal_keep_size: "64MB",
          },
        },
      },
      initdb: [{ encoding: "UTF8" }, { locale: "C" }, "no-sync"],
    },
    postgresql: {
      listen: `127.0.0.1:${database}`,
      connect_address: `127.0.0.1:${database}`,
      data_dir: join(directory, name),
      bin_dir: programs,
      pgpass: join(directory, `${name}.pgpass`),
      authentication: {
        superuser: { username: "postgres", password: "secret" },
        replication: { username: "replicator", password: "secret" },
      },
      pg_hba: ["local all all trust", "host all,replication all 127.0.0.1/32 scram-sha-256"],
      parameters: { unix_socket_directories: directory },
      // A rewind whose source dies meanwhile leaves data that cannot be used.
      remove_data_directory_on_rewind_failure: true,
      remove_data_directory_on_diverged_timelines: true,
    },
  });
}

/** Asks Patroni which node leads, and cuts the connections of one that does not any more. */
export function haproxyConfiguration(port: number, nodes: readonly NodePorts[]): string {
  return `
defaults
  mode tcp
  timeout connect 2s
  timeout check 2s
  timeout client 1h
  timeout server 1h
listen primary
  bind 127.0.0.1:${port}
  maxconn 200
  option httpchk OPTIONS /primary
  http-check expect status 200
  default-server inter 200ms fall 1 rise 1 on-marked-down shutdown-sessions
${nodes.map(({ name, database, api }) => `  server ${name} 127.0.0.1:${database} check port ${api}`).join("\n")}
`;
}
