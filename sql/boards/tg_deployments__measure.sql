-- Keeps the usual durations right: the newest of a hundred samples takes the place of the oldest.
-- Fires for every deployment that finishes, and for finished ones that are inserted as history.
create or replace function deploy_queue.tg_deployments__measure() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_since timestamptz := deploy_queue._now() - interval '3 months';
  v_seconds double precision := date_part('epoch', new.finish_timestamp - new.start_timestamp);
begin
  -- A row that is saved as it was is no transition.
  if deploy_queue._has_ended(old) then
    return null;
  end if;
  update deploy_queue.deployment_durations as known
  set (seconds, deployment_count, avg_duration, stddev_duration) = (
      select (v_seconds || known.seconds)[1:100], least(known.deployment_count + 1, 100), make_interval(secs => avg(sample.seconds)),
        make_interval(secs => stddev_samp(sample.seconds))
      from (select unnest((v_seconds || known.seconds)[1:100]) as seconds) as sample
    ),
    last_finish_timestamp = new.finish_timestamp
  where known.cell_id = new.cell_id
    and known.component = new.component
    and known.first_finish_timestamp > v_since
    and known.last_finish_timestamp <= new.finish_timestamp;

  -- The first sample of all, the first of three months, or history that comes out of order.
  if not found then
    perform deploy_queue._measure(new.cell_id, new.component);
  end if;
  return null;
end;
$$;

create or replace trigger tg_deployments__measure
after insert or update of finish_timestamp on deploy_queue.deployments
for each row when (new.finish_timestamp is not null)
execute function deploy_queue.tg_deployments__measure();
