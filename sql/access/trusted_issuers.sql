-- Whose tokens a server exchanges, and for whom they must be. Called by servers.
create or replace function deploy_queue.trusted_issuers() returns table (issuer text, audience text)
language plpgsql stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select distinct trusts.issuer, trusts.audience
  from deploy_queue.trusts
  where trusts.removed_at is null and trusts.provider <> 'people';
end;
$$;

comment on function deploy_queue.trusted_issuers() is 'The issuers of tokens that are exchanged for sessions, each with the audiences of its tokens.';
