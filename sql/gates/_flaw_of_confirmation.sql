-- Why a deployment is not confirmed as it has to be, with what was typed instead; null when it is.
-- Called by the triggers of deployments, confirm and release.
create or replace function deploy_queue._flaw_of_confirmation(candidate deploy_queue.deployments) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_phrase text := (
    select demands.confirmation from deploy_queue._demands(candidate.environment, candidate.component) as demands
  );
begin
  return case
    when v_phrase is null or candidate.confirmation = v_phrase then null
    when candidate.confirmation is null then format('the confirmation "%s" is missing', v_phrase)
    else format('the confirmation is "%s", not "%s"', v_phrase, left(deploy_queue._one_line(candidate.confirmation), 100))
  end;
end;
$$;
