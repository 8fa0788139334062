-- Whether an agent is there: they call once a minute, and two calls may be lost.
-- Called by what says whether one is, and by known_targets.
create or replace function deploy_queue._is_there(agent deploy_queue.agents) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select not $1.has_left and $1.seen_at > deploy_queue._now() - interval '150 seconds';
$$;
