-- Notifies a channel, unless the queue of notifications of the server is half full: when it is full, every commit that notifies fails, and
-- nothing can catch that. Waiters and keepers look by themselves then.
-- Called by everything that notifies.
create or replace function deploy_queue._notify(channel text, payload text default '') returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if pg_notification_queue_usage() < 0.5 then
    perform pg_notify(_notify.channel, _notify.payload);
  end if;
end;
$$;
