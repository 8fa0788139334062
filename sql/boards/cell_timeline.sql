-- Which deployment occupied a cell when, in this time: runs, and the buffers after them.
-- Read by boards, and by the view of the same name.
create or replace function deploy_queue.cell_timeline(since timestamptz default '-infinity', until timestamptz default 'infinity')
returns table (
  environment text,
  cloud_provider text,
  region text,
  cell_index integer,
  deployment_id bigint,
  component text,
  version text,
  state deploy_queue.deployment_status,
  held_from timestamptz,
  held_until timestamptz
)
language plpgsql stable rows 500
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_longest_buffer interval := (
    select greatest(max(environments.buffer_time), (select max(own.buffer_time) from deploy_queue.component_policies as own))
    from deploy_queue.environments
  );
begin
  return query
  with present as (
    -- By moments that an index has. A run that goes on has none.
    select * from deploy_queue.deployments as ended
    where ended.finish_timestamp >= cell_timeline.since - v_longest_buffer and ended.start_timestamp <= cell_timeline.until
    union all
    select * from deploy_queue.deployments as ended
    where ended.cancellation_timestamp >= cell_timeline.since and ended.start_timestamp <= cell_timeline.until
    union all
    select * from deploy_queue._all_running() as running
    where running.start_timestamp <= cell_timeline.until
  )
  select present.environment, present.cloud_provider, present.region, present.cell_index, present.id, present.component,
    present.version, phase.state, phase.held_from, phase.held_until
  from present
  cross join lateral deploy_queue._demands(present.environment, present.component) as demands
  cross join lateral (
    values
      (
        case when present.cancellation_timestamp is null then 'running' else 'cancelled' end::deploy_queue.deployment_status,
        present.start_timestamp,
        coalesce(present.finish_timestamp, present.cancellation_timestamp)
      ),
      ('buffering', present.finish_timestamp, present.finish_timestamp + demands.buffer_time)
  ) as phase (state, held_from, held_until)
  where phase.held_from is distinct from phase.held_until
    and phase.held_from <= cell_timeline.until
    and coalesce(phase.held_until, 'infinity') >= cell_timeline.since;
end;
$$;

comment on function deploy_queue.cell_timeline(timestamptz, timestamptz) is
  'Which deployment occupied a cell between these moments: one row for its run, one for the buffer after it.';

create or replace view deploy_queue.cell_timeline as
select * from deploy_queue.cell_timeline();

comment on view deploy_queue.cell_timeline is
  'Which deployment occupied a cell when: one row for its run, one for the buffer after it. Of all history; the function of the same name has a range.';
comment on column deploy_queue.cell_timeline.state is 'running, cancelled (it ran until then) or buffering.';
comment on column deploy_queue.cell_timeline.held_from is 'When that began.';
comment on column deploy_queue.cell_timeline.held_until is 'When that ended, or for a buffer will end; null while it is running.';
