-- When a lease is over: a heartbeat says until when its sender counts as alive, and a server that was away since then gives it the
-- same length once more. Null when there is no lease: without heartbeats, nothing is ever reaped.
-- Called by everything that asks whether a keeper is alive. up_since: _up_since(). Its names are resolved when it is created.
create or replace function deploy_queue._lease_ends(
  heartbeat_timestamp timestamptz,
  alive_until timestamptz,
  up_since timestamptz
) returns timestamptz
language sql immutable parallel safe
return case
  when alive_until is not null then greatest(alive_until, up_since + (alive_until - heartbeat_timestamp))
end;
