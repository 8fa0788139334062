-- The version of a component that finished last in an environment, of those that a place would take now, with its artifact. Refused when
-- there is none.
-- Called by clients that deploy the newest version.
create or replace function deploy_queue.latest_promotable(
  latest_from text,
  environment text,
  cloud_provider text,
  region text,
  cell_index integer,
  component text
) returns table (version text, artifact text, finished_at timestamptz, deployment_id bigint)
language plpgsql stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_from text := btrim(latest_promotable.latest_from);
  v_candidate deploy_queue.deployments;
  v_last deploy_queue.deployments;
  v_mark deploy_queue.bad_versions;
  v_why text;
begin
  v_candidate.environment := btrim(latest_promotable.environment);
  v_candidate.cloud_provider := btrim(latest_promotable.cloud_provider);
  v_candidate.region := btrim(latest_promotable.region);
  v_candidate.cell_index := latest_promotable.cell_index;
  v_candidate.component := btrim(latest_promotable.component);
  perform deploy_queue._require_environment(v_from);
  perform deploy_queue._require_environment(v_candidate.environment);
  perform deploy_queue._require_component_name(v_candidate.component);

  for v_last in
    select (newest.deployment).*
    from (
      select distinct on (finished.version, finished.artifact) finished as deployment, finished.finish_timestamp
      from deploy_queue.cells
      join deploy_queue.deployments as finished on finished.cell_id = cells.id
      where cells.environment = v_from
        and finished.component = v_candidate.component
        and finished.finish_timestamp is not null and finished.version is not null
      order by finished.version, finished.artifact, finished.finish_timestamp desc
    ) as newest
    order by newest.finish_timestamp desc
    limit 100
  loop
    v_candidate.version := v_last.version;
    v_candidate.artifact := v_last.artifact;
    v_mark := coalesce(
      deploy_queue._bad_version(v_candidate.component, v_last.version, v_from),
      deploy_queue._bad_version(v_candidate.component, v_last.version, v_candidate.environment)
    );
    if v_mark.id is null and deploy_queue._promoted_at(v_candidate) <= deploy_queue._now() then
      return query select v_last.version, v_last.artifact, v_last.finish_timestamp, v_last.id;
      return;
    end if;
    v_why := coalesce(v_why, case
      when v_mark.id is not null then deploy_queue._marked_text(v_mark)
      else (deploy_queue._promotion_gate(v_candidate))[1].text
    end);
  end loop;

  raise exception using
    errcode = 'QD064',
    message = case
      when v_why is null then format('no version of %s has finished in %s', v_candidate.component, v_from)
      else format('no version of %s that has finished in %s can be promoted to %s now: %s', v_candidate.component, v_from,
        v_candidate.environment, v_why)
    end,
    hint = 'Name a version: it waits until it can be promoted.';
end;
$$;

comment on function deploy_queue.latest_promotable(text, text, text, text, integer, text) is
  'The version of a component that finished last in the environment latest_from, of those that this place would take now, with its artifact, when it finished, and which deployment that was. Of 100 versions at most; refused (QD064) when there is none.';
