-- What the token said of which the bearer calls: subject, run or commit; null where no server calls for one.
-- Called by the defaults of events: a function and no expression, which PostgreSQL would prepare anew for each event.
create or replace function deploy_queue._verified_claim(name text) returns text
language plpgsql stable parallel safe
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if current_setting('deploy_queue.verified', true) <> '' then
    return deploy_queue._verified() -> 'claims' ->> name;
  end if;
  return null;
end;
$$;
