-- The gates of the checks that have to pass for the version of a deployment: the newest report of each counts, while it has not expired.
-- Called by _gates.
create or replace function deploy_queue._check_gates(candidate deploy_queue.deployments, names text[]) returns deploy_queue.gate[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := deploy_queue._now();
begin
  if _check_gates.names = '{}' then
    return '{}';
  end if;
  if candidate.version is null then
    return array[deploy_queue._gate('check', false,
      format('it has no version by which to find its checks: %s', array_to_string(_check_gates.names, ', ')))];
  end if;
  return array(
    select deploy_queue._gate(
      'check',
      coalesce(newest.passed and not newest.has_expired, false),
      case
        when newest.passed is null then format('check %s has not been reported for %s %s', wanted.name, candidate.component, candidate.version)
        when not newest.passed then concat_ws(': ', format('check %s failed', wanted.name), nullif(newest.url, ''))
        when newest.has_expired then format('check %s expired at %s', wanted.name, date_trunc('second', newest.expires_at))
        else concat(format('check %s passed', wanted.name), ', until ' || date_trunc('second', newest.expires_at))
      end,
      cures => jsonb_build_array(deploy_queue._call(
        'report_check', 'component', candidate.component, 'version', candidate.version, 'name', wanted.name, 'passed', 'true'
      ))
    )
    from unnest(_check_gates.names) with ordinality as wanted (name, number)
    left join lateral (
      select checks.passed, checks.url, checks.expires_at, coalesce(checks.expires_at <= v_now, false) as has_expired
      from deploy_queue.checks
      where checks.component = candidate.component and checks.version = candidate.version and checks.name = wanted.name
      order by checks.id desc
      limit 1
    ) as newest on true
    order by wanted.number
  );
end;
$$;
