-- What the token said of which the bearer calls: subject, run or commit; null where no server calls for one.
-- Called by the defaults of events. PostgreSQL writes the body into the caller.
create or replace function deploy_queue._verified_claim(name text) returns text
language sql stable parallel safe
return case
  -- As _verified.
  when current_setting('deploy_queue.verified', true) <> '' and pg_has_role(session_user, to_regrole('deploy_queue_server'), 'member')
    then current_setting('deploy_queue.verified', true)::jsonb -> 'claims' ->> name
end;
