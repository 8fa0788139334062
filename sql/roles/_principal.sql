-- Who acts, as far as the database knows: the role that logged in, or for whom a server calls.
-- Called by everything that stores or compares who it was; PostgreSQL writes the body into the caller.
create or replace function deploy_queue._principal() returns text
language sql stable parallel safe
return case
  when current_setting('deploy_queue.verified', true) <> '' then deploy_queue._verified_principal()
  else session_user
end;
