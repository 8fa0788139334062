-- The target of this name, or the one that has registered the longest directory which is this one or holds it, and takes this ref. Refuses
-- what is none, or could be more than one. Called by all that enters work.
create or replace function deploy_queue._find_target(target text, directory text, ref_name text) returns deploy_queue.targets
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_asked text := coalesce('target ' || quote_literal(btrim(_find_target.target)), 'directory ' || quote_literal(_find_target.directory));
  v_allowed text[] := (deploy_queue._caller()).environments;
  -- Without limits where no server acts for the caller.
  v_limits deploy_queue.access := jsonb_populate_record(null::deploy_queue.access, coalesce(deploy_queue._verified(), '{}'));
  v_near deploy_queue.targets[];
  v_found deploy_queue.targets[];
begin
  if num_nonnulls(_find_target.target, _find_target.directory) = 0 then
    raise exception using errcode = 'QD120', message = 'neither target nor directory is given';
  end if;
  select array_agg(near.target) into v_near
  from (
    -- A target where the caller may not deploy is not in the way of one where it may.
    select targets as target, rank() over (
      order by
        (targets.environment = any (v_allowed)) is not false
          and (targets.component = any (v_limits.components)) is not false
          and (v_limits.cells is null or exists (
            select from deploy_queue.cells
            where cells.id = any (v_limits.cells) and cells.environment = targets.environment and cells.cloud_provider = targets.cloud_provider
              and cells.region = targets.region and cells.cell_index = targets.cell_index
          )) desc,
        max(length(registered)) desc
    ) as rank
    from deploy_queue.targets
    left join unnest(targets.directories) as registered on true
    where (targets.target = btrim(_find_target.target)) is not false
      and (
        _find_target.directory is null
        or _find_target.directory = registered
        or starts_with(_find_target.directory, rtrim(registered, '/') || '/')
      )
    group by targets.target
  ) as near
  where near.rank = 1;
  v_found := array(
    select near from unnest(v_near) as near
    where near.refs = '{}' or exists (
      select from unnest(near.refs) as pattern
      -- A star stands for any characters, and nothing else has a meaning.
      where _find_target.ref_name like replace(replace(replace(replace(pattern, '\', '\\'), '%', '\%'), '_', '\_'), '*', '%')
    )
  );

  if cardinality(v_found) = 1 then
    return v_found[1];
  end if;
  raise exception using errcode = case when cardinality(v_found) > 1 then 'QD121' else 'QD120' end,
    message = case
      when cardinality(v_found) > 1 then format('%s is that of several targets: %s', v_asked,
        (select string_agg(found.target, ', ' order by found.target) from unnest(v_found) as found))
      when v_near is not null then format(
        case when _find_target.ref_name is null then 'no branch or tag is named, and it must fit %2$s' else 'ref %1$L is not taken by %2$s' end, _find_target.ref_name,
        (select string_agg(format('%s (%s)', near.target, array_to_string(near.refs, ', ')), ', ' order by near.target) from unnest(v_near) as near))
      when exists (select from deploy_queue.targets where targets.target = btrim(_find_target.target))
        then format('%s has no directory %s', v_asked, quote_literal(_find_target.directory))
      else format('no agent serves %s', v_asked)
    end,
    hint = case when cardinality(v_found) > 1 then 'Give the target as well, by one of these names.' else 'deploy_queue.known_targets lists them.' end;
end;
$$;
