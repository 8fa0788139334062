-- The gate of promotion: the version of a deployment has finished in another environment, and long enough ago.
-- Called by _gates.
create or replace function deploy_queue._promotion_gate(candidate deploy_queue.deployments) returns deploy_queue.gate[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_opens timestamptz := deploy_queue._promoted_at(candidate);
  v_demands record;
  v_where text;
  v_finished_at timestamptz;
  v_missing text;
  v_mark deploy_queue.bad_versions;
begin
  if v_opens = '-infinity' then
    return '{}';
  end if;
  select * into v_demands from deploy_queue._demands(candidate.environment, candidate.component);
  if candidate.version is null then
    return array[deploy_queue._gate('promotion', false,
      format('it names no version, and %s takes only what has finished in %s', candidate.environment, v_demands.promote_from))];
  end if;
  if v_demands.same_artifact and candidate.artifact is null then
    return array[deploy_queue._gate('promotion', false,
      format('it names no artifact, and %s takes only what has finished in %s', candidate.environment, v_demands.promote_from))];
  end if;
  v_mark := deploy_queue._bad_version(candidate.component, candidate.version, v_demands.promote_from);
  if v_mark.id is not null then
    return array[deploy_queue._gate('promotion', false, deploy_queue._marked_text(v_mark), cures => jsonb_build_array(
      deploy_queue._call('mark_good', 'component', candidate.component, 'version', candidate.version)
    ))];
  end if;

  v_where := v_demands.promote_from
    || case when v_demands.promotion_cells = 'same-region' then format(' in %s-%s', candidate.cloud_provider, candidate.region) else '' end;
  if v_opens < 'infinity' then
    v_finished_at := v_opens - v_demands.soak;
    return array[deploy_queue._gate('promotion', v_opens <= deploy_queue._now(),
      format('%s finished in %s at %s', candidate.version, v_where, date_trunc('second', v_finished_at))
        || case when v_opens > deploy_queue._now() then format('; it soaks for %s', v_demands.soak) else '' end,
      v_opens)];
  end if;

  if v_demands.same_artifact then
    v_missing := (
      select format('; another artifact finished there: %s', string_agg(distinct others.artifact, ', '))
      from (
        select finished.artifact
        from deploy_queue._first_finishes(v_demands.promote_from, candidate.component, candidate.version) as first
        join deploy_queue.deployments as finished
          on finished.cell_id = (first.cell).id and finished.component = candidate.component and finished.version = candidate.version
            and finished.finish_timestamp = first.finished_at
        where finished.artifact <> candidate.artifact
        limit 3
      ) as others
      having count(*) > 0
    );
  end if;
  if v_missing is null and v_demands.promotion_cells = 'all' then
    v_missing := (
      select format(': %s of its %s cells lack it', count(*) filter (where first.finished_at is null), count(*))
      from deploy_queue._first_finishes(v_demands.promote_from, candidate.component, candidate.version) as first
      where (first.cell).retired_at is null
      having count(*) > 1
    );
  end if;
  return array[deploy_queue._gate('promotion', false,
    concat(candidate.version, case when v_demands.same_artifact then format(' (%s)', candidate.artifact) end, ' has not finished in ', v_where, v_missing),
    cures => jsonb_build_array(deploy_queue._source_of(candidate)))];
end;
$$;
