-- Leaves an event that a version was marked bad, or good again: a general one, or one of a deployment that runs it.
-- Called by mark_bad and mark_good.
create or replace function deploy_queue._record_mark(mark deploy_queue.bad_versions, deployment_id bigint) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into deploy_queue.deployment_events (deployment_id, kind, component, version, reason, detail)
  values (
    _record_mark.deployment_id, case when mark.lifted_at is null then 'marked-bad' else 'marked-good' end,
    case when _record_mark.deployment_id is null then mark.component end,
    case when _record_mark.deployment_id is null then mark.version end,
    case when mark.lifted_at is null then mark.reason else deploy_queue._marked_text(mark) end,
    case when mark.environments is not null then jsonb_build_object('environments', mark.environments) end
  );
end;
$$;
