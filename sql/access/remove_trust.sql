-- Ends a trust, and its sessions with it. Called by operators.
create or replace function deploy_queue.remove_trust(name text) returns deploy_queue.known_trusts
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_trust deploy_queue.trusts;
  v_known deploy_queue.known_trusts;
begin
  select * into v_trust from deploy_queue.trusts where trusts.name = btrim(remove_trust.name) and trusts.removed_at is null;
  if found then
    perform deploy_queue._require_reach(v_trust.environments, 'end what lets others into');
    -- Another session may have ended it meanwhile.
    update deploy_queue.trusts set removed_at = deploy_queue._now() where trusts.id = v_trust.id and trusts.removed_at is null;
  end if;
  if not found then
    raise exception using errcode = 'QD082', message = format('there is no trust %s', quote_literal(btrim(remove_trust.name))),
      hint = 'deploy_queue.known_trusts lists them.';
  end if;
  select * into v_known from deploy_queue.known_trusts where known_trusts.trust_id = v_trust.id;
  return v_known;
end;
$$;

comment on function deploy_queue.remove_trust(text) is
  'Ends a trust and its sessions: these open nothing from now on. Returns it.';
