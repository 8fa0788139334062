-- Who acts: the name that the client gives, else the principal.
-- Called by the event trigger and the reaper, which must not fail because of a name; PostgreSQL writes the body into the caller.
create or replace function deploy_queue._actor() returns text
language sql stable
return case
  when current_setting('deploy_queue.actor', true) <> '' then deploy_queue._named_actor()
  else deploy_queue._principal()
end;
