-- What the bearer of a secret may, by its SHA-256. Refuses one that is not known, has expired, or was revoked, without saying which.
-- Called by call and look.
create or replace function deploy_queue._access_of(credential bytea) returns deploy_queue.access
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := deploy_queue._now();
  v_token deploy_queue.tokens;
  v_access deploy_queue.access;
begin
  select * into v_token
  from deploy_queue.tokens
  where tokens.hash = _access_of.credential and tokens.revoked_at is null and (tokens.expires_at <= v_now) is not true;
  if not found then
    v_access := deploy_queue._session_access(_access_of.credential);
    if v_access.principal is not null then
      return v_access;
    end if;
    raise exception using
      errcode = 'QD070',
      message = 'the token is not known here, has expired, or was revoked',
      hint = 'deploy_queue.create_token() makes one.';
  end if;
  -- Not at each call: a row that all callers with one token write would make them wait for each other.
  if (v_token.used_at > v_now - interval '1 hour') is not true then
    update deploy_queue.tokens
    set used_at = v_now
    where tokens.id = (select known.id from deploy_queue.tokens as known where known.id = v_token.id for update skip locked);
  end if;
  v_access.principal := 'token ' || v_token.name;
  v_access.kind := v_token.kind;
  v_access.environments := v_token.environments;
  v_access.components := v_token.components;
  v_access.functions := v_token.functions;
  v_access.most_live := v_token.most_live;
  return v_access;
end;
$$;
