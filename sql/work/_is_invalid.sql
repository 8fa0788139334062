-- Whether a principal is a token that lets nobody in any more.
-- Called by _leave_target_to.
create or replace function deploy_queue._is_invalid(principal text) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select starts_with($1, 'token ') and not exists (
    select from deploy_queue.tokens
    where tokens.name = substr($1, 7) and tokens.revoked_at is null and (tokens.expires_at <= deploy_queue._now()) is not true
  );
$$;
