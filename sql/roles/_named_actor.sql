-- Who acts, by the name that the client put into the setting deploy_queue.actor: in one line of 200 characters at most; the principal where
-- nothing is left of it. Called by _actor.
create or replace function deploy_queue._named_actor() returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(
    nullif(trim(left(deploy_queue._one_line(current_setting('deploy_queue.actor', true)), 200)), ''), deploy_queue._principal()
  );
end;
$$;
