-- Adds what the token said of which the bearer calls, has webhooks told, and refuses an event with a flaw.
-- Fires for every INSERT of an event. No defaults and no constraint, because PostgreSQL would prepare those anew for each event.
create or replace function deploy_queue.tg_deployment_events__guard() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_claims jsonb;
begin
  if current_setting('deploy_queue.verified', true) <> '' then
    v_claims := deploy_queue._verified() -> 'claims';
    new.verified_subject := v_claims ->> 'subject';
    new.verified_run := v_claims ->> 'run';
    new.verified_commit := v_claims ->> 'commit';
  end if;
  -- Not in a trigger of its own, which would cost each event more than this does.
  if exists (select from deploy_queue.webhooks where new.kind = any (webhooks.kinds)) then
    insert into deploy_queue.webhook_outbox (event_id, created_at, kinds) values (new.id, new.occurred_at, deploy_queue._webhook_kinds(new));
    perform deploy_queue._notify('deploy_queue_webhooks');
  end if;
  -- The events of every day carry no text of a client.
  if new.reason is null and new.kind in ('enqueued', 'woken', 'started', 'finished') then
    return new;
  end if;
  perform deploy_queue._refuse_flaw(deploy_queue._flaw_of_event(new));
  return new;
end;
$$;

create or replace trigger tg_deployment_events__guard
before insert on deploy_queue.deployment_events
for each row execute function deploy_queue.tg_deployment_events__guard();
