--! Previous: -
--! Hash: sha1:1f0e15d20af34d235bd03ead367c6f7c115771a2

-- squawk-ignore-file

-- Everything that cannot be replaced: types, tables, constraints, indexes and the first rows. Functions, views, triggers, comments and
-- grants are in sql/, and so are the defaults and constraints that call functions; they are applied as a whole after this.

-- A name means what PostgreSQL means by it, whatever lies in other schemas.
set local search_path = pg_catalog, pg_temp;
-- While a migration waits for a lock, all other sessions wait behind it. So it gives up soon and is tried again.
set local lock_timeout = '2s';

create schema deploy_queue;

-- The exclusion constraint compares plain columns inside a GiST index.
create extension if not exists btree_gist with schema deploy_queue;

-- In the order of a life. Derived from columns, never stored.
create type deploy_queue.deployment_status as enum (
  'pending', 'reserved', 'held', 'queued', 'running', 'stopping', 'verifying', 'buffering', 'finished', 'failed', 'rejected', 'cancelled'
);

create type deploy_queue.hold as enum ('outside', 'in-line');

-- How a deployment was cancelled: at once, by force, by its keeper that was asked to stop, without its keeper, since its work failed,
-- before it began, to end a circle of waits, since a newer one goes instead, or since its version was marked bad.
create type deploy_queue.cancellation_kind as enum ('cancelled', 'forced', 'stopped', 'reaped', 'failed', 'rejected', 'gave-way', 'superseded', 'outdated', 'withdrawn');

-- In which order the waiting deployments of a component run, and whether all do.
create type deploy_queue.ordering as enum ('sequential', 'latest', 'latest-ready');

-- Where a version must have finished in the environment that it is promoted from: in the same region, in any cell, or in all known ones.
create type deploy_queue.promotion_cells as enum ('same-region', 'any', 'all');

-- Who acts.
create type deploy_queue.caller as (principal text, roles regrole[], environments text[]);

-- What the rule says: why a deployment has to wait, and the calls that would lift that.
create type deploy_queue.reason as (kind text, text text, until timestamptz, deployment_id bigint, cures jsonb);

-- A gate and its state, open or shut; or, in a checklist, a reason to wait.
create type deploy_queue.gate as (kind text, is_open boolean, text text, until timestamptz, deployment_id bigint, cures jsonb);

-- What the rule goes by: what an environment demands of its deployments at a moment.
create type deploy_queue.policies as (
  as_of timestamptz,
  buffer_time interval,
  heartbeat_interval interval,
  unkept_after interval,
  is_frozen boolean,
  outside_windows deploy_queue.reason[],
  slots integer,
  longest_buffer interval,
  has_component_policies boolean,
  drops boolean,
  has_gates boolean,
  has_held_lines boolean,
  -- Whether a freeze lets some through, or the stop of a line its rollback.
  has_exceptions boolean,
  has_sequences boolean
);

-- What a caller of a server may: the privileges of a role of the queue, and where they are limited; null is no limit.
create type deploy_queue.access as (
  principal text, kind text, environments text[], components text[], functions text[], claims jsonb, cells integer[], most_live integer
);

-- Since when the database takes heartbeats.
create type deploy_queue.availability as (up_since timestamptz, back_since timestamptz, back_before timestamptz);

-- What a waiter is told.
create type deploy_queue.forecast as (
  deployment_id bigint,
  "position" integer,
  predicted_start timestamptz,
  overdue boolean,
  blocker_count integer,
  blockers jsonb,
  as_of timestamptz,
  idle_since timestamptz,
  slots integer,
  component_slots integer
);

-- A deployment among the blockers of a forecast, its fields in the order in which jsonb stores keys: they need not be sorted then.
create type deploy_queue.blocker as (
  url text,
  hold deploy_queue.hold,
  kind text,
  note text,
  slot integer,
  actor text,
  since timestamptz,
  until timestamptz,
  version text,
  priority integer,
  sequence bigint,
  component text,
  reaped_at timestamptz,
  idle_since timestamptz,
  stopped_by text,
  silent_since timestamptz,
  unkept_since timestamptz,
  deployment_id bigint,
  usual_seconds numeric,
  reserved_until timestamptz,
  priority_reason text
);

-- Names of constraints are sentences: clients show them to people, without the underscores. "Printable" excludes control characters,
-- separators of lines and paragraphs, and marks that turn the direction of text.

create table deploy_queue.environments (
  environment text primary key
    constraint environment_must_be_1_to_50_printable_characters check (
      length(environment) between 1 and 50
      and environment !~ '[\u0001-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]'
    ),
  buffer_time interval not null default '0'
    constraint buffer_time_must_be_between_0_and_30_days check (buffer_time between interval '0' and interval '30 days'),
  heartbeat_timeout interval not null default '15 minutes'
    constraint heartbeat_timeout_must_be_between_1_second_and_30_days check (
      heartbeat_timeout between interval '1 second' and interval '30 days'
    ),
  max_duration interval
    constraint max_duration_must_be_between_1_second_and_30_days check (
      max_duration between interval '1 second' and interval '30 days'
    ),
  unkept_after interval not null default '1 hour'
    constraint unkept_after_must_be_between_1_minute_and_30_days check (
      unkept_after between interval '1 minute' and interval '30 days'
    ),
  retention interval constraint retention_must_be_1_day_or_more check (retention >= interval '1 day'),
  ordering deploy_queue.ordering not null default 'sequential',
  slots integer not null default 1 constraint slots_must_be_between_1_and_100 check (slots between 1 and 100),
  refuse_outdated boolean not null default false,
  max_reservation interval not null default '4 hours'
    constraint max_reservation_must_be_between_1_second_and_30_days check (
      max_reservation between interval '1 second' and interval '30 days'
    ),
  -- Gates. What is typed before a deployment enters; who else must say yes; where it must have run before; what must have passed.
  confirmation text
    constraint confirmation_must_be_at_most_100_printable_characters check (
      length(confirmation) <= 100
      and confirmation !~ '[\u0001-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]'
    ),
  approvals integer not null default 0 constraint approvals_must_be_between_0_and_10 check (approvals between 0 and 10),
  approvers text,
  promote_from text,
  promotion_cells deploy_queue.promotion_cells not null default 'any',
  soak interval not null default '0'
    constraint soak_must_be_between_0_and_30_days check (soak between interval '0' and interval '30 days'),
  same_artifact boolean not null default false,
  require_checks text[] not null default '{}',
  require_verification boolean not null default false,
  gate_rollbacks boolean not null default false,
  hold_after_failure boolean not null default false,
  -- What is kept of the output of commands: whether without being asked for, how many bytes of each deployment, and for how long.
  log boolean not null default false,
  log_limit integer not null default 10485760
    constraint log_limit_must_be_between_64_kib_and_1_gib check (log_limit between 65536 and 1073741824),
  log_retention interval not null default '30 days'
    constraint log_retention_must_be_1_hour_or_more check (log_retention >= interval '1 hour'),
  -- Only cells that were added may be deployed to.
  has_closed_cells boolean not null default false,
  is_adopted boolean not null default false
);

-- What was adopted keeps its names.
create unique index environments_ignoring_case on deploy_queue.environments (lower(environment)) where not is_adopted;

insert into deploy_queue.environments (environment, buffer_time) values ('dev', '0'), ('prod', '10 minutes');

-- What a component demands otherwise than its environment does; null is what the environment demands.
create table deploy_queue.component_policies (
  environment text not null references deploy_queue.environments,
  component text not null
    constraint component_must_be_1_to_200_printable_characters check (
      length(component) between 1 and 200
      and component !~ '[\u0001-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]'
    ),
  buffer_time interval
    constraint buffer_time_must_be_between_0_and_30_days check (buffer_time between interval '0' and interval '30 days'),
  heartbeat_timeout interval
    constraint heartbeat_timeout_must_be_between_1_second_and_30_days check (
      heartbeat_timeout between interval '1 second' and interval '30 days'
    ),
  max_duration interval
    constraint max_duration_must_be_between_1_second_and_30_days check (
      max_duration between interval '1 second' and interval '30 days'
    ),
  unkept_after interval
    constraint unkept_after_must_be_between_1_minute_and_30_days check (
      unkept_after between interval '1 minute' and interval '30 days'
    ),
  ordering deploy_queue.ordering,
  -- How many slots of a cell it may take at once.
  slots integer constraint slots_must_be_between_1_and_100 check (slots between 1 and 100),
  refuse_outdated boolean,
  max_reservation interval
    constraint max_reservation_must_be_between_1_second_and_30_days check (
      max_reservation between interval '1 second' and interval '30 days'
    ),
  -- An empty text, 0 and no checks ask for nothing.
  confirmation text
    constraint confirmation_must_be_at_most_100_printable_characters check (
      length(confirmation) <= 100
      and confirmation !~ '[\u0001-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]'
    ),
  approvals integer constraint approvals_must_be_between_0_and_10 check (approvals between 0 and 10),
  approvers text,
  promote_from text,
  promotion_cells deploy_queue.promotion_cells,
  soak interval
    constraint soak_must_be_between_0_and_30_days check (soak between interval '0' and interval '30 days'),
  same_artifact boolean,
  require_checks text[],
  require_verification boolean,
  gate_rollbacks boolean,
  hold_after_failure boolean,
  log boolean,
  log_limit integer
    constraint log_limit_must_be_between_64_kib_and_1_gib check (log_limit between 65536 and 1073741824),
  log_retention interval
    constraint log_retention_must_be_1_hour_or_more check (log_retention >= interval '1 hour'),
  primary key (environment, component)
);

create table deploy_queue.cells (
  id integer primary key generated always as identity,
  environment text not null references deploy_queue.environments,
  cloud_provider text not null
    constraint cloud_provider_must_be_1_to_100_printable_characters check (
      length(cloud_provider) between 1 and 100
      and cloud_provider !~ '[\u0001-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]'
    ),
  region text not null
    constraint region_must_be_1_to_100_printable_characters check (
      length(region) between 1 and 100
      and region !~ '[\u0001-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]'
    ),
  cell_index integer not null constraint cell_index_must_be_0_or_more check (cell_index >= 0),
  is_adopted boolean not null default false,
  retired_at timestamptz,
  -- Null: as many as the environment gives each of its cells.
  slots integer constraint slots_must_be_between_1_and_100 check (slots between 1 and 100),
  constraint a_cell_exists_once unique (environment, cloud_provider, region, cell_index),
  -- The foreign key of deployments points at it.
  constraint a_cell_is_its_location unique (id, environment, cloud_provider, region, cell_index)
);

create unique index cells_ignoring_case on deploy_queue.cells (environment, lower(cloud_provider), lower(region), cell_index)
  where not is_adopted;

-- The names that components have had, so that another spelling of one is noticed.
create table deploy_queue.components (
  component text primary key,
  is_adopted boolean not null default false
);
create unique index components_ignoring_case on deploy_queue.components (lower(component)) where not is_adopted;

-- Drawn by the trigger under the lock of the cell: inside a cell, ids become visible in their order.
create sequence deploy_queue.deployments_id_seq as bigint;

create table deploy_queue.deployments (
  -- An identity, so that programs which read the catalog leave it out of their INSERTs. Its own sequence counts below zero, and the
  -- trigger draws the id: what lies above zero was given.
  id bigint primary key generated always as identity (sequence name deploy_queue.deployments_unused_seq increment by -1),
  environment text not null,
  cloud_provider text not null,
  region text not null,
  cell_index integer not null,
  component text not null,
  version text,
  url text,
  note text,
  concurrency_key text,
  start_timestamp timestamptz,
  finish_timestamp timestamptz,
  cancellation_timestamp timestamptz,
  cancellation_note text,
  heartbeat_timestamp timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  cell_id integer not null,
  max_duration interval,
  idempotency_key text,
  forced boolean not null default false,
  place bigint,
  priority integer not null default 0,
  hold deploy_queue.hold,
  release_key text,
  not_before timestamptz,
  not_after timestamptz,
  command text[],
  entered_by text,
  actor text,
  kept boolean not null default false,
  keeper text,
  alive_until timestamptz,
  stop_timestamp timestamptz,
  stop_grace interval,
  cancellation_kind deploy_queue.cancellation_kind,
  parent_id bigint,
  joined_id bigint,
  via_old_names boolean not null default false,
  slot integer not null default 1,
  sequence bigint,
  sequence_scope text,
  artifact text,
  reserved_until timestamptz,
  rollback_of bigint,
  confirmation text,
  verifying_since timestamptz,
  verified_at timestamptz,

  constraint a_deployment_is_in_its_cell
    foreign key (cell_id, environment, cloud_provider, region, cell_index)
    references deploy_queue.cells (id, environment, cloud_provider, region, cell_index),

  -- Two running deployments of one slot of a cell must have the same concurrency key; a missing key equals nothing but itself, and what
  -- runs in the hold of that deployment.
  constraint never_two_at_once exclude using gist (
    cell_id with =,
    slot with =,
    coalesce('key ' || concurrency_key, 'id ' || coalesce(joined_id, id)::text) with <>
  ) where (start_timestamp is not null and finish_timestamp is null and cancellation_timestamp is null and not forced)
) with (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

alter sequence deploy_queue.deployments_id_seq owned by deploy_queue.deployments.id;

-- A partial index for each state that the rule asks about: its cost does not grow with history.
create index deployments_queued on deploy_queue.deployments (cell_id, (- priority), coalesce(place, id))
  where start_timestamp is null and finish_timestamp is null and cancellation_timestamp is null;
create index deployments_running on deploy_queue.deployments (cell_id, id)
  where start_timestamp is not null and finish_timestamp is null and cancellation_timestamp is null;
create index deployments_finished on deploy_queue.deployments (cell_id, finish_timestamp) where finish_timestamp is not null;

create index deployments_reserved on deploy_queue.deployments (cell_id, reserved_until)
  where reserved_until is not null and cancellation_timestamp is null;
create index deployments_children on deploy_queue.deployments (parent_id)
  where parent_id is not null and finish_timestamp is null and cancellation_timestamp is null;

-- Pruning, overtaking, retries, the newest version of a component, usual durations, and ranges of history.
create index deployments_cancelled on deploy_queue.deployments (cell_id, cancellation_timestamp)
  where cancellation_timestamp is not null;
create unique index deployments_idempotency_key on deploy_queue.deployments (entered_by, idempotency_key)
  where idempotency_key is not null;
create index deployments_latest on deploy_queue.deployments (cell_id, component, id)
  where version is not null and cancellation_timestamp is null;
create index deployments_measured on deploy_queue.deployments (cell_id, component, finish_timestamp) include (start_timestamp)
  where finish_timestamp is not null;
-- Where a version has finished, for those that are promoted from there.
create index deployments_versions on deploy_queue.deployments (cell_id, component, version, finish_timestamp)
  where finish_timestamp is not null and version is not null;
create index deployments_moments on deploy_queue.deployments
  using brin (created_at, start_timestamp, finish_timestamp, cancellation_timestamp)
  with (pages_per_range = 16, autosummarize = on);

-- Waiting deployments of a component whose sequences are compared: they stand in the order of their ranks at the places that they hold
-- together. A table, since a session that holds the cell must not wait for a row of another deployment.
create table deploy_queue.component_lines (
  cell_id integer not null references deploy_queue.cells,
  component text not null,
  sequence_scope text not null,
  priority integer not null,
  deployment_ids bigint[] not null,
  ranks bigint[] not null,
  places bigint[] not null,
  primary key (cell_id, component, sequence_scope, priority)
) with (fillfactor = 70);

-- The sequence that has started last, of each component and scope in a cell. Pruning keeps it.
create table deploy_queue.started_sequences (
  cell_id integer not null references deploy_queue.cells,
  component text not null,
  sequence_scope text not null,
  sequence bigint not null,
  deployment_id bigint not null,
  started_at timestamptz not null,
  primary key (cell_id, component, sequence_scope)
) with (fillfactor = 80);

-- When a version first finished, of each component and artifact in a cell: what pruning keeps of the deployments that it removes.
create table deploy_queue.finished_versions (
  cell_id integer not null references deploy_queue.cells,
  component text not null,
  version text not null,
  -- Empty where none was named.
  artifact text not null,
  finished_at timestamptz not null,
  primary key (cell_id, component, version, artifact)
);

-- Versions that are not to be deployed any more.
create table deploy_queue.bad_versions (
  id integer primary key generated always as identity,
  component text not null,
  version text not null,
  -- Null: all.
  environments text[],
  reason text not null
    constraint reason_must_be_1_to_500_printable_characters check (
      length(reason) <= 500 and reason ~ '\S' and reason !~ '[[:cntrl:]\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]'
    ),
  owner text not null,
  created_at timestamptz not null,
  lifted_at timestamptz,
  lifted_by text
);
create unique index bad_versions_not_lifted on deploy_queue.bad_versions (component, version, coalesce(environments, '{*}'))
  where lifted_at is null;

-- Without a foreign key: the record of what happened outlives its deployment.
create table deploy_queue.deployment_events (
  id bigint primary key generated always as identity,
  deployment_id bigint,
  occurred_at timestamptz not null,
  kind text not null,
  from_state deploy_queue.deployment_status,
  to_state deploy_queue.deployment_status,
  actor text not null,
  principal text not null,
  application_name text default nullif(current_setting('application_name'), ''),
  client_address inet default inet_client_addr(),
  client_port integer default inet_client_port(),
  backend_pid integer not null default pg_backend_pid(),
  reason text,
  environment text,
  cloud_provider text,
  region text,
  cell_index integer,
  component text,
  version text,
  url text,
  detail jsonb,
  verified_subject text,
  verified_run text,
  verified_commit text
);
create index deployment_events_deployment on deploy_queue.deployment_events (deployment_id, id);
create unique index deployment_events_outlier on deploy_queue.deployment_events (deployment_id) where kind = 'outlier';

-- What the work of a deployment has printed, in the order of positions, from 1. Without a foreign key: a row of a deployment is not locked
-- for its log.
create table deploy_queue.deployment_logs (
  deployment_id bigint not null,
  "position" bigint not null constraint position_must_be_1_or_more check ("position" >= 1),
  logged_at timestamptz not null,
  stream text not null constraint stream_must_be_stdout_stderr_or_note check (stream in ('stdout', 'stderr', 'note')),
  content text not null
    constraint content_must_be_1_to_65536_bytes check (octet_length(content) between 1 and 65536),
  -- Bytes of the log up to the end of this row.
  size_so_far bigint not null,
  primary key (deployment_id, "position")
);
create index deployment_logs_begun on deploy_queue.deployment_logs (logged_at) where "position" = 1;

-- What pipelines have found about a version. Rows never change, and the newest of a name counts.
create table deploy_queue.checks (
  id bigint primary key generated always as identity,
  component text not null
    constraint component_must_be_1_to_200_printable_characters check (
      length(component) between 1 and 200 and component !~ '[[:cntrl:]\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]'
    ),
  version text not null
    constraint version_must_be_1_to_100_printable_characters check (
      length(version) between 1 and 100 and version !~ '[[:cntrl:]\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]'
    ),
  name text not null
    constraint name_must_be_1_to_50_printable_characters check (
      length(name) between 1 and 50 and name !~ '[[:cntrl:]\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]'
    ),
  passed boolean not null,
  url text
    constraint url_must_be_0_to_2000_printable_characters check (
      length(url) <= 2000 and url !~ '[[:cntrl:]\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]'
    )
    constraint url_must_begin_with_http_or_https check (url ~* '^(https?://|$)'),
  details jsonb constraint details_must_be_at_most_16000_characters check (length(details::text) <= 16000),
  expires_at timestamptz,
  principal text not null,
  actor text not null,
  reported_at timestamptz not null,
  constraint a_check_expires_after_it_was_reported check (expires_at > reported_at)
);
create index checks_newest on deploy_queue.checks (component, version, name, id desc);

-- What others have said to a deployment that needs their approval: for the version and the artifact that it had then. Without a foreign key,
-- as events.
create table deploy_queue.approvals (
  id bigint primary key generated always as identity,
  deployment_id bigint not null,
  occurred_at timestamptz not null,
  kind text not null constraint kind_must_be_approve_or_disapprove check (kind in ('approve', 'disapprove')),
  principal text not null,
  actor text not null,
  note text
    constraint note_must_be_at_most_500_printable_characters check (
      length(note) <= 500 and note !~ '[\u0001-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]'
    ),
  version text,
  artifact text
);
create index approvals_deployment on deploy_queue.approvals (deployment_id);

-- The usual duration of a component in a cell.
create table deploy_queue.deployment_durations (
  cell_id integer not null references deploy_queue.cells,
  component text not null,
  deployment_count integer not null,
  avg_duration interval not null,
  stddev_duration interval,
  first_finish_timestamp timestamptz not null,
  last_finish_timestamp timestamptz not null,
  seconds double precision[] not null,
  primary key (cell_id, component)
) with (fillfactor = 80);

-- The weeks that are over and whose figures are kept. Those of all others are computed when they are read.
create table deploy_queue.summed_weeks (
  week timestamptz primary key
);

create table deploy_queue.weekly_figures (
  week timestamptz not null references deploy_queue.summed_weeks on delete cascade,
  environment text not null,
  component text not null,
  started_count integer not null,
  finished_count integer not null,
  cancelled_count integer not null,
  cancelled_running_count integer not null,
  day_count integer not null,
  median_wait_time interval,
  p95_wait_time interval,
  p99_wait_time interval,
  max_wait_time interval,
  avg_wait interval,
  avg_duration interval,
  avg_lead_time interval,
  median_lead_time interval,
  p90_lead_time interval,
  primary key (week, environment, component)
);

create table deploy_queue.freezes (
  id integer primary key generated always as identity,
  environment text not null references deploy_queue.environments,
  cloud_provider text
    constraint cloud_provider_must_be_1_to_100_printable_characters check (
      length(cloud_provider) between 1 and 100 and cloud_provider !~ '[[:cntrl:]\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]'
    ),
  region text
    constraint region_must_be_1_to_100_printable_characters check (
      length(region) between 1 and 100 and region !~ '[[:cntrl:]\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]'
    ),
  cell_index integer constraint cell_index_must_be_0_or_more check (cell_index >= 0),
  reason text not null
    constraint reason_must_be_1_to_500_printable_characters check (
      length(reason) <= 500 and reason ~ '\S' and reason !~ '[[:cntrl:]\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]'
    ),
  owner text not null,
  allow_key text
    constraint allow_key_must_be_1_to_100_printable_characters check (
      length(allow_key) between 1 and 100 and allow_key !~ '[[:cntrl:]\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]'
    ),
  allow_role text,
  allow_actor text
    constraint allow_actor_must_be_1_to_200_printable_characters check (
      length(allow_actor) between 1 and 200 and allow_actor !~ '[[:cntrl:]\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]'
    ),
  created_at timestamptz not null,
  expires_at timestamptz,
  lifted_at timestamptz,
  lifted_by text,
  allow_ids bigint[] not null default '{}',
  has_expired boolean not null default false,
  -- Anybody may read and use a key.
  constraint allow_key_requires_allow_role check (allow_key is null or allow_role is not null),
  constraint region_requires_cloud_provider check (region is null or cloud_provider is not null),
  constraint cell_index_requires_region check (cell_index is null or region is not null),
  constraint expires_at_must_lie_in_the_future check (expires_at > created_at)
);
create index freezes_not_lifted on deploy_queue.freezes (environment) where lifted_at is null;

create table deploy_queue.maintenance_windows (
  id integer primary key generated always as identity,
  environment text not null references deploy_queue.environments,
  days smallint[] not null
    constraint days_must_be_numbers_from_1_for_monday_to_7_for_sunday check (
      cardinality(days) > 0 and days <@ array[1, 2, 3, 4, 5, 6, 7]::smallint[]
    ),
  opens_at time not null,
  closes_at time not null,
  zone text not null,
  constraint a_window_closes_at_another_time_than_it_opens check (opens_at <> closes_at)
);
create index maintenance_windows_environment on deploy_queue.maintenance_windows (environment);

-- Since when this server is the one that writes: one row a timeline, of which every promotion begins another.
create table deploy_queue.timelines (
  timeline text primary key,
  since timestamptz not null
);

-- Cells whose line is stopped until an operator lets it go. Written only under the lock of the cell.
create table deploy_queue.line_holds (
  cell_id integer primary key references deploy_queue.cells,
  environment text not null,
  -- What rolls it back may start.
  deployment_id bigint,
  reason text not null
    constraint reason_must_be_1_to_500_printable_characters check (
      length(reason) <= 500 and reason ~ '\S' and reason !~ '[[:cntrl:]\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]'
    ),
  actor text not null,
  held_at timestamptz not null
);
create index line_holds_environment on deploy_queue.line_holds (environment);

-- When the turns of the heads of lines came before a policy of their environment changed: kept until the statement that changes it ends.
create table deploy_queue.kept_turns (
  transaction_id xid8 not null,
  environment text not null,
  cell_ids integer[] not null,
  turns jsonb not null,
  primary key (transaction_id, environment)
);

create table deploy_queue.tied_roles (
  role_name text primary key,
  -- A role that was renamed stays tied, and so does one that was dropped and made again.
  role oid not null,
  environments text[] not null
);

-- Several rows, so that a transaction that stays open holds up no sign of life: each is noted in a row that no session has locked.
create table deploy_queue.writes (
  id integer primary key,
  seen_at timestamptz not null,
  back_since timestamptz not null,
  back_before timestamptz not null
);
insert into deploy_queue.writes select id, '-infinity', '-infinity', '-infinity' from generate_series(1, 8) as id;

create table deploy_queue.workers (
  name text primary key,
  version text not null,
  started_at timestamptz not null,
  last_seen_at timestamptz not null
);

-- Secrets of callers of a server, as their SHA-256.
create table deploy_queue.tokens (
  id integer primary key generated always as identity,
  name text not null
    constraint name_must_be_1_to_100_printable_characters check (
      length(name) between 1 and 100
      and name !~ '[\u0001-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]'
    ),
  hash bytea not null constraint a_secret_is_one_token unique,
  kind text not null,
  environments text[],
  components text[],
  functions text[],
  most_live integer constraint most_live_must_be_at_least_1 check (most_live >= 1),
  created_by text not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  used_at timestamptz,
  revoked_at timestamptz
);

create unique index tokens_by_name on deploy_queue.tokens (name) where revoked_at is null;

-- Whose tokens are exchanged for a session: of which issuer, for which audience, with which claims; and what that session may.
create table deploy_queue.trusts (
  id integer primary key generated always as identity,
  name text not null
    constraint name_must_be_1_to_100_printable_characters check (
      length(name) between 1 and 100
      and name !~ '[\u0001-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]'
    ),
  provider text not null,
  issuer text not null
    -- What is not on this machine may be changed on its way without TLS.
    constraint issuer_must_begin_with_https check (
      issuer ~ '^(https://[^/?#@[:space:]]+|http://(127\.0\.0\.1|\[::1\]|localhost)(:[0-9]+)?)(/[^?#[:space:]]*)?$'
    ),
  audience text not null
    constraint audience_must_be_1_to_500_printable_characters check (
      length(audience) between 1 and 500
      and audience !~ '[\u0001-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]'
    ),
  claims jsonb not null,
  -- Which claims tell one run from another, and one job of a run from another.
  run_claims text[] not null,
  job_claims text[] not null,
  kind text not null,
  environments text[],
  components text[],
  cells integer[],
  functions text[],
  most_live integer constraint most_live_must_be_at_least_1 check (most_live >= 1),
  session_length interval not null
    constraint a_session_lasts_a_minute_to_a_day check (session_length between interval '1 minute' and interval '24 hours'),
  created_by text not null,
  created_at timestamptz not null,
  removed_at timestamptz
);

create unique index trusts_by_name on deploy_queue.trusts (name) where removed_at is null;

-- What the bearers of such tokens got for them: secrets, as their SHA-256, that expire soon.
create table deploy_queue.sessions (
  id bigint primary key generated always as identity,
  hash bytea not null constraint a_secret_is_one_session unique,
  trust_id integer not null references deploy_queue.trusts,
  principal text not null,
  subject text not null,
  run text not null,
  commit text,
  -- The name of a person, as the record shows it.
  person text,
  -- Of the token that was exchanged.
  token_id text,
  created_at timestamptz not null,
  expires_at timestamptz not null
);

create index sessions_by_principal on deploy_queue.sessions (principal);
create index sessions_by_token on deploy_queue.sessions (token_id) where token_id is not null;

-- Processes that run the commands of others, on the hosts where these belong.
create table deploy_queue.agents (
  id integer primary key generated always as identity,
  agent text not null constraint agent_must_be_1_to_100_characters check (length(agent) between 1 and 100),
  -- The principal of its login or token.
  owner text not null,
  seen_at timestamptz not null,
  -- It has said that it goes.
  has_left boolean not null default false,
  -- Drawn by its process; and those of the processes before it, which had the name until then.
  instance text constraint instance_must_be_1_to_100_characters check (length(instance) between 1 and 100),
  displaced text[] not null default '{}',
  constraint an_agent_has_one_name unique (owner, agent)
);

-- Where commands run: a component in a cell, known by its name or by its directories.
create table deploy_queue.targets (
  target text primary key constraint target_must_be_1_to_100_characters check (length(target) between 1 and 100),
  environment text not null,
  cloud_provider text not null,
  region text not null,
  cell_index integer not null,
  component text not null,
  directories text[] not null,
  refs text[] not null,
  owner text not null
);

create table deploy_queue.agent_targets (
  agent_id integer not null references deploy_queue.agents on delete cascade,
  target text not null references deploy_queue.targets on delete cascade,
  -- What the file of this agent says of the target, where another one's says something else.
  stated jsonb not null,
  primary key (agent_id, target)
);
create index agent_targets_target on deploy_queue.agent_targets (target);

-- What agents are to do for deployments. Beside them, so that one without has no more columns; without a foreign key, as events.
create table deploy_queue.work (
  deployment_id bigint primary key,
  target text not null,
  -- Null: where the target says.
  directory text,
  commands text[] not null,
  commit_hash text,
  ref_name text,
  -- The agent that has taken it, and its principal.
  agent text,
  taken_by text,
  taken_at timestamptz,
  -- Up to where its log was read by the one who polls, and whether that one was told how it ended.
  drained_to bigint not null default -1,
  told_end boolean not null default false
) with (fillfactor = 80);

-- Who is told over HTTP, and of what. Without a foreign key from its messages: a transition that writes them looks at no other row.
create table deploy_queue.webhooks (
  id integer primary key generated always as identity,
  name text not null
    constraint name_must_be_1_to_100_printable_characters check (
      length(name) between 1 and 100
      and name !~ '[\u0001-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]'
    )
    constraint a_webhook_has_a_name_of_its_own unique,
  -- Begins the ids of its messages, so that no other queue has the same.
  uid text not null,
  preset text not null
    constraint preset_must_be_known check (preset in ('standard', 'slack', 'slack-bot', 'teams', 'pagerduty', 'opsgenie')),
  url text not null
    constraint url_must_be_an_address_of_at_most_2000_characters check (
      length(url) <= 2000 and url ~ '^https?://[^/?#@[:space:]]+([/?][^#[:space:]]*)?$'
    ),
  channel text
    constraint channel_must_be_1_to_100_printable_characters check (
      length(channel) between 1 and 100
      and channel !~ '[\u0001-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]'
    ),
  events text[] not null constraint a_webhook_is_told_of_something check (cardinality(events) > 0),
  -- The kinds of rows of deployment_events that may be what it is told of.
  kinds text[] not null,
  -- It is told of later ones.
  after_event bigint not null,
  environments text[],
  allow_private boolean not null,
  secret text not null,
  -- After a rotation both sign, for a while.
  old_secret text,
  old_secret_until timestamptz,
  credential text constraint credential_must_be_1_to_4000_printable_characters check (
    length(credential) between 1 and 4000 and credential !~ '[\u0001-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]'
  ),
  failures integer not null default 0,
  paused_until timestamptz,
  delivered_at timestamptz,
  created_by text not null,
  created_at timestamptz not null,
  -- What is not on this network may be read on its way without TLS.
  constraint url_must_begin_with_https check (allow_private or starts_with(url, 'https://')),
  constraint a_bot_has_a_channel check (preset <> 'slack-bot' or channel is not null),
  constraint this_preset_needs_a_credential check (preset not in ('slack-bot', 'pagerduty', 'opsgenie') or credential is not null)
) with (fillfactor = 50);

-- Events of which webhooks may have to be told: written in the transaction of the event, and made messages by a worker. One row, however
-- many webhooks there are, and no index, so that a transition hardly takes longer.
create table deploy_queue.webhook_outbox (
  event_id bigint not null,
  created_at timestamptz not null,
  -- What they are told that it means, decided when it happened.
  kinds text[] not null,
  -- Of those that a change of policies concerns: the event names none.
  deployment_id bigint
);

-- What webhooks are to be told, and what has become of that.
create table deploy_queue.webhook_messages (
  id bigint primary key generated always as identity,
  webhook_id integer not null,
  -- Messages of one line come in order: the deployment, 0 for what has none, -1 for a test.
  line bigint not null,
  event_id bigint,
  kind text not null,
  created_at timestamptz not null,
  -- While a worker sends it, when the worker counts as dead.
  due_at timestamptz not null,
  claimed_until timestamptz,
  attempts integer not null default 0,
  first_attempt_at timestamptz,
  delivered_at timestamptz,
  given_up_at timestamptz,
  http_status integer,
  problem text,
  -- The message in the channel that the later ones of its line answer.
  thread text,
  -- Kept when history is removed before it is delivered.
  body jsonb
) with (fillfactor = 80);

create index webhook_messages_due on deploy_queue.webhook_messages (webhook_id, due_at)
  where delivered_at is null and given_up_at is null;
create index webhook_messages_line on deploy_queue.webhook_messages (webhook_id, line, id)
  where delivered_at is null and given_up_at is null;
create index webhook_messages_given_up on deploy_queue.webhook_messages (webhook_id, id) where given_up_at is not null;
create index webhook_messages_threads on deploy_queue.webhook_messages (webhook_id, line) where thread is not null;
