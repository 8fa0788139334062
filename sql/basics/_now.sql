-- The only clock. Everything that asks for the time asks here, so a test can replace it.
-- Called by every function, view and trigger of the schema.
create or replace function deploy_queue._now() returns timestamptz
language plpgsql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  -- now() would be the start of the transaction, before the wait for a cell's lock.
  return clock_timestamp();
end;
$$;
