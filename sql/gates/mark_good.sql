-- Takes back that a version of a component was marked bad, and wakes those that it lets in. Who may change some environments only takes
-- back what counts in no others.
-- Called by operators.
create or replace function deploy_queue.mark_good(component text, version text) returns setof deploy_queue.bad_versions
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_component text := btrim(mark_good.component);
  v_environments text[] := (deploy_queue._caller()).environments;
  v_lines integer[];
  v_turns jsonb;
  v_mark deploy_queue.bad_versions;
  v_count integer := 0;
begin
  -- A caller that is tied to environments locks nothing in the others. Who waits there finds it at the next look.
  v_lines := array(
    select distinct queued.cell_id from deploy_queue._queued as queued
    where queued.component = v_component and queued.version = mark_good.version
      and deploy_queue._may_change(queued.environment)
    order by queued.cell_id
  );
  v_turns := deploy_queue._turns(v_lines);
  for v_mark in
    update deploy_queue.bad_versions as mark
    set lifted_at = deploy_queue._now(), lifted_by = deploy_queue._actor()
    where mark.component = v_component and mark.version = mark_good.version and mark.lifted_at is null
      and (v_environments is null or mark.environments <@ v_environments)
    returning mark.*
  loop
    v_count := v_count + 1;
    perform deploy_queue._record_mark(v_mark, null);
    return next v_mark;
  end loop;
  if v_count = 0 and (deploy_queue._bad_version(v_component, mark_good.version, null)).id is null then
    perform deploy_queue._require_version(v_component, mark_good.version);
    raise notice '%@% is not marked bad', v_component, mark_good.version;
  elsif v_count = 0 then
    raise exception using
      errcode = 'QD020',
      message = format('%s may not take back that %s@%s is marked bad: the mark counts in other environments, too',
        deploy_queue._principal(), v_component, mark_good.version),
      hint = 'Who has marked it, or may change all environments, takes it back.';
  end if;
  perform deploy_queue._wake_sooner(v_lines, v_turns);
end;
$$;

comment on function deploy_queue.mark_good(text, text) is
  'Takes back that a version of a component was marked bad, and returns the marks that were. What was cancelled stays so.';
