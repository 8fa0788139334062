-- Makes a token for callers of a server. What it may is at most what its maker may.
-- Called by operators. The secret is drawn by the client, and only its SHA-256 comes here.
create or replace function deploy_queue.create_token(
  name text,
  kind text,
  hash bytea,
  environments text[] default null,
  components text[] default null,
  functions text[] default null,
  valid_for interval default null
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
  v_strange text;
  v_allowed text[] := (deploy_queue._caller()).environments;
begin
  if to_regrole('deploy_queue_' || create_token.kind) is null or create_token.kind = 'server' then
    raise exception using errcode = 'QD030', message = format('%s is no kind of role', coalesce(quote_literal(create_token.kind), 'null')),
      hint = 'It is reader, deployer, operator, approver or checker; deploy_queue.create_roles() makes the roles.';
  end if;
  if length(create_token.hash) is distinct from 32 then
    raise exception using errcode = 'QD073', message = 'hash must be a SHA-256, of 32 bytes';
  end if;
  perform deploy_queue._require_environment(named) from unnest(create_token.environments) as named;
  if not coalesce(create_token.environments, v_allowed) <@ v_allowed or (create_token.environments is null and v_allowed is not null) then
    raise exception using errcode = 'QD020',
      message = format('%s may not make a token for environments other than %s', deploy_queue._principal(), array_to_string(v_allowed, ', ')),
      hint = 'Name the environments of the token.';
  end if;
  select named into v_strange from unnest(create_token.functions) as named
  where not exists (
    select from deploy_queue._functions() as ours join pg_proc on pg_proc.oid = ours
    where pg_proc.proname = named and has_function_privilege('deploy_queue_' || create_token.kind, pg_proc.oid, 'execute')
  );
  if v_strange is not null then
    raise exception using errcode = 'QD071', message = format('%s is no function that a %s may call', quote_ident(v_strange), create_token.kind),
      hint = 'docs/sql-api.md lists them.';
  end if;

  insert into deploy_queue.tokens (name, hash, kind, environments, components, functions, created_by, created_at, expires_at)
  values (
    btrim(create_token.name), create_token.hash, create_token.kind, create_token.environments, create_token.components,
    create_token.functions, deploy_queue._principal(), v_now, v_now + create_token.valid_for
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

comment on function deploy_queue.create_token(text, text, bytea, text[], text[], text[], interval) is
  'Makes a token for callers of a server. kind: reader, deployer, operator, approver or checker. hash: the SHA-256 of its secret. environments, components, functions: the only ones that it may change or call; null is no limit. valid_for: null is until it is revoked. Returns the token.';
