create schema deploy_queue;
comment on schema deploy_queue is 'The line that decides which deployment may touch which cell, and when.';

-- The exclusion constraint compares plain columns inside a GiST index.
create extension if not exists btree_gist with schema deploy_queue;

create type deploy_queue.deployment_status as enum
  ('pending', 'queued', 'running', 'buffering', 'finished', 'cancelled');
comment on type deploy_queue.deployment_status is
  'Where a deployment is in its life. Derived from its timestamps, never stored; pending occurs in latest-version views only.';

create type deploy_queue.reason as (kind text, text text, until timestamptz, deployment_id bigint);
comment on type deploy_queue.reason is
  'Why a deployment has to wait: kind (running, buffer, queued), text for people, when it ends if that is known, and whose doing it is.';

-- Constraint names are sentences: a client can show them to a person with the underscores removed.
-- "Printable" means no control character, no line or paragraph separator and no text-direction override.

create table deploy_queue.environments (
  environment text primary key
    constraint environment_must_be_1_to_50_printable_characters check (
      length(environment) between 1 and 50
      and environment !~ '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]'
    ),
  buffer_time interval not null default '0'
    constraint buffer_time_must_be_between_0_and_30_days check (
      buffer_time >= interval '0' and buffer_time <= interval '30 days'
    ),
  heartbeat_timeout interval not null default '15 minutes'
    constraint heartbeat_timeout_must_be_between_1_second_and_30_days check (
      heartbeat_timeout >= interval '1 second' and heartbeat_timeout <= interval '30 days'
    ),
  heartbeat_interval interval not null
    generated always as (least(heartbeat_timeout / 3, interval '30 seconds')) stored
);
comment on table deploy_queue.environments is 'The environments that deployments may go to, and the policies of each.';
comment on column deploy_queue.environments.environment is 'Name, such as dev or prod.';
comment on column deploy_queue.environments.buffer_time is 'How long a cell cools down after a deployment finished.';
comment on column deploy_queue.environments.heartbeat_timeout is
  'A deployment whose heartbeats stopped for this long is reaped.';
comment on column deploy_queue.environments.heartbeat_interval is
  'How often its keeper sends a heartbeat: a third of the timeout, at most 30 seconds.';

insert into deploy_queue.environments (environment, buffer_time)
values ('dev', '0'), ('prod', '10 minutes');

create table deploy_queue.cells (
  id integer primary key generated always as identity,
  environment text not null references deploy_queue.environments,
  cloud_provider text not null
    constraint cloud_provider_must_be_1_to_100_printable_characters check (
      length(cloud_provider) between 1 and 100
      and cloud_provider !~ '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]'
    ),
  region text not null
    constraint region_must_be_1_to_100_printable_characters check (
      length(region) between 1 and 100
      and region !~ '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]'
    ),
  cell_index integer not null
    constraint cell_index_must_be_0_or_more check (cell_index >= 0),
  constraint a_cell_exists_once unique (environment, cloud_provider, region, cell_index),
  -- What the foreign key of deployments points at.
  constraint a_cell_is_its_location unique (id, environment, cloud_provider, region, cell_index)
);
comment on table deploy_queue.cells is
  'The places that deployments change, one line each. A row appears with the first deployment to a place and stays.';
comment on column deploy_queue.cells.id is 'Key of the advisory lock that serialises decisions in this cell.';

create sequence deploy_queue.deployments_id_seq as bigint;

create table deploy_queue.deployments (
  id bigint primary key,
  environment text not null,
  cloud_provider text not null,
  region text not null,
  cell_index integer not null,
  component text not null
    constraint component_must_be_1_to_200_printable_characters check (
      length(component) between 1 and 200
      and component !~ '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]'
    ),
  version text
    constraint version_must_be_1_to_100_printable_characters check (
      length(version) between 1 and 100
      and version !~ '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]'
    ),
  url text
    constraint url_must_be_printable_characters check (
      url !~ '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]'
    ),
  note text
    constraint note_must_be_printable_characters check (
      note !~ '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]'
    ),
  concurrency_key text
    constraint concurrency_key_must_be_1_to_100_printable_characters check (
      length(concurrency_key) between 1 and 100
      and concurrency_key !~ '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]'
    ),
  start_timestamp timestamptz,
  finish_timestamp timestamptz,
  cancellation_timestamp timestamptz,
  cancellation_note text
    constraint cancellation_note_must_be_printable_characters check (
      cancellation_note !~ '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]'
    ),
  heartbeat_timestamp timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  cell_id integer not null,

  constraint a_deployment_is_in_its_cell
    foreign key (cell_id, environment, cloud_provider, region, cell_index)
    references deploy_queue.cells (id, environment, cloud_provider, region, cell_index),
  constraint finish_timestamp_requires_start_timestamp
    check (finish_timestamp is null or start_timestamp is not null),
  constraint finish_timestamp_must_not_precede_start_timestamp
    check (finish_timestamp >= start_timestamp),
  constraint a_deployment_ends_once
    check (finish_timestamp is null or cancellation_timestamp is null),
  constraint cancellation_note_requires_cancellation_timestamp
    check (cancellation_note is null or cancellation_timestamp is not null),

  -- Two running deployments of one cell must have the same concurrency key; a missing key equals nothing but itself.
  constraint never_two_at_once exclude using gist (
    cell_id with =,
    coalesce('key ' || concurrency_key, 'id ' || id::text) with <>
  ) where (start_timestamp is not null and finish_timestamp is null and cancellation_timestamp is null)
) with (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

alter sequence deploy_queue.deployments_id_seq owned by deploy_queue.deployments.id;

-- One partial index for each state that the rules ask about: their cost does not grow with history.
create index deployments_queued on deploy_queue.deployments (cell_id, id)
  where start_timestamp is null and finish_timestamp is null and cancellation_timestamp is null;
create index deployments_running on deploy_queue.deployments (cell_id, id)
  where start_timestamp is not null and finish_timestamp is null and cancellation_timestamp is null;
create index deployments_finished on deploy_queue.deployments (cell_id, finish_timestamp)
  where finish_timestamp is not null;
create index deployments_live on deploy_queue.deployments (component, version)
  where finish_timestamp is null and cancellation_timestamp is null;

comment on table deploy_queue.deployments is 'One row a deployment: a place in the line of its cell. The order of ids is the order of the line.';
comment on column deploy_queue.deployments.id is 'Place in the line; drawn under the lock of the cell, never given by a client.';
comment on column deploy_queue.deployments.cell_id is 'The cell of environment, cloud_provider, region and cell_index; filled in.';
comment on column deploy_queue.deployments.component is 'What is deployed.';
comment on column deploy_queue.deployments.version is 'Which version of it.';
comment on column deploy_queue.deployments.url is 'Page of the job or person who deploys.';
comment on column deploy_queue.deployments.note is 'Free text for people.';
comment on column deploy_queue.deployments.concurrency_key is 'Deployments with the same key may run side by side.';
comment on column deploy_queue.deployments.start_timestamp is 'When it was let in; stamped by the database.';
comment on column deploy_queue.deployments.finish_timestamp is 'When it ended well; the buffer begins here. Stamped by the database.';
comment on column deploy_queue.deployments.cancellation_timestamp is 'When it was cancelled or reaped. Stamped by the database.';
comment on column deploy_queue.deployments.cancellation_note is 'Why it was cancelled.';
comment on column deploy_queue.deployments.heartbeat_timestamp is
  'Last proof that its keeper is alive; null when nobody promised to send any, and then it is never reaped.';
comment on column deploy_queue.deployments.created_at is 'When it entered the line.';
comment on column deploy_queue.deployments.updated_at is 'When the row last changed.';

-- No foreign key: the record of what happened outlives whatever becomes of the deployment.
create table deploy_queue.deployment_events (
  id bigint primary key generated always as identity,
  deployment_id bigint not null,
  occurred_at timestamptz not null,
  kind text not null
    constraint kind_must_be_known check (kind in ('enqueued', 'started', 'finished', 'cancelled', 'reaped')),
  from_state deploy_queue.deployment_status,
  to_state deploy_queue.deployment_status not null,
  actor text not null,
  application_name text,
  client_address inet,
  reason text
);
create index deployment_events_deployment on deploy_queue.deployment_events (deployment_id, id);

comment on table deploy_queue.deployment_events is 'Append-only: one row for each transition of a deployment.';
comment on column deploy_queue.deployment_events.occurred_at is 'The timestamp that the transition left on the deployment.';
comment on column deploy_queue.deployment_events.kind is 'enqueued, started, finished, cancelled, or reaped (cancelled because its heartbeats stopped).';
comment on column deploy_queue.deployment_events.actor is 'The setting deploy_queue.actor where the client made one, else the database role.';
comment on column deploy_queue.deployment_events.reason is 'The cancellation note.';

--!include all.sql
