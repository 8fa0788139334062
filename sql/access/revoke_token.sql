-- Ends a token. Called by operators.
create or replace function deploy_queue.revoke_token(name text) returns deploy_queue.known_tokens
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_token deploy_queue.tokens;
  v_known deploy_queue.known_tokens;
begin
  select * into v_token from deploy_queue.tokens where tokens.name = btrim(revoke_token.name) and tokens.revoked_at is null;
  if found then
    perform deploy_queue._require_reach(v_token.environments, 'end what lets others into');
    -- Another session may have ended it meanwhile.
    update deploy_queue.tokens set revoked_at = deploy_queue._now() where tokens.id = v_token.id and tokens.revoked_at is null;
  end if;
  if not found then
    raise exception using errcode = 'QD075', message = format('there is no token %s', quote_literal(btrim(revoke_token.name))),
      hint = 'deploy_queue.known_tokens lists them.';
  end if;
  select * into v_known from deploy_queue.known_tokens where known_tokens.token_id = v_token.id;
  return v_known;
end;
$$;

comment on function deploy_queue.revoke_token(text) is 'Ends a token: it opens nothing from now on. Returns it.';
