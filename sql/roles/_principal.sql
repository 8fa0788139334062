-- Who acts, as far as the database knows: the role that logged in, or for whom a server calls.
-- Called by everything that stores or compares who it was. PostgreSQL writes the body into the caller.
create or replace function deploy_queue._principal() returns text
language sql stable parallel safe
return case
  -- As _verified, which readers of a view may not call.
  when current_setting('deploy_queue.verified', true) <> '' and pg_has_role(session_user, to_regrole('deploy_queue_server'), 'member')
    then current_setting('deploy_queue.verified', true)::jsonb ->> 'principal'
  else session_user::text
end;
