-- Refuses a deployment that is to run in the hold of another one which does not hold the cell for it.
-- Called when it enters and when it starts.
create or replace function deploy_queue._require_hold(candidate deploy_queue.deployments, holder deploy_queue.deployments) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_problem text := case
    when holder.id is null then 'it does not run in this cell'
    when holder.entered_by <> candidate.entered_by then format('%s entered it', holder.entered_by)
    when holder.stop_timestamp is not null then 'it is being stopped'
    when not deploy_queue._is_kept(holder) then 'it has no keeper that is alive'
    else deploy_queue._flaw_of_part(candidate, holder)
  end;
begin
  if v_problem is not null then
    raise exception using
      errcode = 'QD036',
      message = format('%s cannot run in the hold of deployment %s: %s', deploy_queue._label(candidate),
        coalesce(candidate.parent_id, candidate.joined_id), v_problem),
      hint = 'Enter the line without it.';
  end if;
end;
$$;
