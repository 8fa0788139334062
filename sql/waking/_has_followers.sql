-- Whether a session follows the transitions: follow_transitions holds the lock for as long as its session listens.
-- Called before a message for followers is made: a notification without a listener would hold up all commits of the server.
create or replace function deploy_queue._has_followers() returns boolean
language plpgsql volatile
-- Only functions with a search_path of their own call it: setting it once more costs as much as a short function.
as $$
begin
  -- The lock is given back at once. When two sessions ask at the same moment, one may take the other for a follower: its message then
  -- has no listener.
  return case when pg_try_advisory_lock(25713, -1) then not pg_advisory_unlock(25713, -1) else true end;
end;
$$;
