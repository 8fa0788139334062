-- The only clock. Everything that asks for the time asks here, so a test can replace it.
-- Called by every function, view and trigger of the schema, most often of all: so it names the schema of what it calls, and needs no
-- search_path of its own.
create or replace function deploy_queue._now() returns timestamptz
language plpgsql stable parallel safe
as $$
begin
  -- now() would be the start of the transaction, before the wait for a cell's lock.
  return pg_catalog.clock_timestamp();
end;
$$;
