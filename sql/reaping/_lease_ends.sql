-- When a lease is over. A heartbeat says until when its sender counts as alive. A server that was away since then gives it the same
-- length once more, and the return of the writes a minute; only the first return, so that it ends however seldom anything is written.
-- Null when there is no lease: without heartbeats, nothing is ever reaped.
-- Called by everything that asks whether a keeper is alive. server: _availability(). Its names are resolved when it is created.
create or replace function deploy_queue._lease_ends(
  heartbeat_timestamp timestamptz,
  alive_until timestamptz,
  server deploy_queue.availability
) returns timestamptz
language sql immutable parallel safe
return case
  when alive_until is not null then greatest(
    alive_until,
    (server).up_since + (alive_until - heartbeat_timestamp),
    case
      when heartbeat_timestamp < (server).back_before then (server).back_before
      when heartbeat_timestamp < (server).back_since then (server).back_since
    end + interval '1 minute'
  )
end;
