-- Records that a check has passed or failed for a version, and wakes those whom that lets in.
-- Called by pipelines that test.
create or replace function deploy_queue.report_check(
  component text,
  version text,
  name text,
  passed boolean,
  url text default null,
  details jsonb default null,
  expires_in interval default null
) returns deploy_queue.checks
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_component text := btrim(report_check.component);
  v_name text := btrim(report_check.name);
  v_cells integer[] := '{}';
  v_turns jsonb;
  v_check deploy_queue.checks;
begin
  perform deploy_queue._require_component_name(v_component);
  if report_check.passed then
    -- A caller that is tied to environments locks nothing in the others. Who waits there finds the check at the next look.
    v_cells := array(
      select distinct waiting.cell_id
      from deploy_queue._queued as waiting
      cross join lateral deploy_queue._demands(waiting.environment, waiting.component) as demands
      where waiting.component = v_component and waiting.version = report_check.version
        and v_name = any (demands.require_checks)
        and deploy_queue._may_change(waiting.environment)
      order by waiting.cell_id
    );
  end if;
  v_turns := deploy_queue._turns(v_cells);

  insert into deploy_queue.checks as reported (component, version, name, passed, url, details, expires_at, principal, actor, reported_at)
  select
    v_component, report_check.version, v_name, report_check.passed, report_check.url, report_check.details,
    clock.now + deploy_queue._in_seconds(report_check.expires_in), deploy_queue._principal(), deploy_queue._actor(), clock.now
  from (select deploy_queue._now() as now) as clock
  returning reported.* into v_check;

  perform deploy_queue._wake_sooner(v_cells, v_turns);
  return v_check;
end;
$$;

comment on function deploy_queue.report_check(text, text, text, boolean, text, jsonb, interval) is
  'Records that a check has passed or failed for a version of a component, and returns the record. Environments with require_checks let in only versions whose checks have passed; the newest report of a name counts. url: where the result is. details: more about it, at most 16000 characters. expires_in: for how long it counts; null: until the next report.';
