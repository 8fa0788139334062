-- Freezes an environment, a provider or region of it, or one cell: nothing starts there until it is lifted or expires.
-- Called by operators; a plain INSERT into freezes does the same.
create or replace function deploy_queue.freeze(
  environment text,
  reason text,
  cloud_provider text default null,
  region text default null,
  cell_index integer default null,
  expires_at timestamptz default null,
  allow_key text default null,
  allow_role text default null,
  allow_actor text default null
) returns deploy_queue.freezes
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_freeze deploy_queue.freezes;
begin
  insert into deploy_queue.freezes as placed
    (environment, cloud_provider, region, cell_index, reason, expires_at, allow_key, allow_role, allow_actor)
  values (
    "freeze".environment, "freeze".cloud_provider, "freeze".region, "freeze".cell_index, "freeze".reason,
    "freeze".expires_at, "freeze".allow_key, "freeze".allow_role, "freeze".allow_actor
  )
  returning placed.* into v_freeze;
  return v_freeze;
end;
$$;

comment on function deploy_queue.freeze(text, text, text, text, integer, timestamptz, text, text, text) is
  'Lets nothing start in this area until the freeze is lifted or expires; those that a member of allow_role has entered pass, with allow_key only those with that concurrency key, and those of allow_actor, which is what a client says of itself. Returns the freeze.';
