-- Makes a token for callers of a server. What it may is at most what its maker may.
-- Called by operators. The secret is drawn by the client, and only its SHA-256 comes here.
create or replace function deploy_queue.create_token(
  name text,
  kind text,
  hash bytea,
  environments text[] default null,
  components text[] default null,
  functions text[] default null,
  valid_for interval default null,
  most_live integer default null
) returns deploy_queue.known_tokens
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_now timestamptz := deploy_queue._now();
  v_id integer;
  v_known deploy_queue.known_tokens;
begin
  perform deploy_queue._require_grant(create_token.kind, create_token.environments, create_token.functions, create_token.most_live);
  if length(create_token.hash) is distinct from 32 then
    raise exception using errcode = 'QD073', message = 'hash must be a SHA-256, of 32 bytes';
  end if;

  insert into deploy_queue.tokens (name, hash, kind, environments, components, functions, created_by, created_at, expires_at, most_live)
  values (
    btrim(create_token.name), create_token.hash, create_token.kind, create_token.environments, create_token.components,
    create_token.functions, deploy_queue._principal(), v_now, v_now + create_token.valid_for,
    create_token.most_live
  )
  on conflict (name) where revoked_at is null do nothing
  returning id into v_id;
  if v_id is null then
    raise exception using errcode = 'QD074', message = format('there is a token %s already', quote_literal(btrim(create_token.name))),
      hint = 'deploy_queue.revoke_token() ends it.';
  end if;
  select * into v_known from deploy_queue.known_tokens where known_tokens.token_id = v_id;
  return v_known;
end;
$$;

comment on function deploy_queue.create_token(text, text, bytea, text[], text[], text[], interval, integer) is
  'Makes a token for callers of a server. kind: reader, deployer, operator, approver, checker or agent. hash: the SHA-256 of its secret. environments, components, functions: the only ones that it may change or call; null is no limit. valid_for: null is until it is revoked. most_live: how many of its deployments may wait or run at once. Returns the token.';
