-- Gives a webhook another secret. For a while the old one signs as well.
-- Called by operators. Only this answer shows the secret.
create or replace function deploy_queue.rotate_webhook(name text, overlap interval default interval '1 day')
returns table (webhook_id integer, webhook_name text, secret text, old_secret_until timestamptz)
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_webhook deploy_queue.webhooks := deploy_queue._webhook(rotate_webhook.name);
begin
  if rotate_webhook.overlap not between interval '0' and interval '30 days' then
    raise exception using errcode = 'QD090', message = 'overlap must be between 0 and 30 days';
  end if;
  update deploy_queue.webhooks
  set secret = deploy_queue._new_secret(), old_secret = v_webhook.secret, old_secret_until = deploy_queue._now() + rotate_webhook.overlap
  where webhooks.id = v_webhook.id
  returning * into v_webhook;
  perform deploy_queue._record_webhook(v_webhook, 'rotated', jsonb_build_object('old_secret_until', v_webhook.old_secret_until));
  return query select v_webhook.id, v_webhook.name, v_webhook.secret, v_webhook.old_secret_until;
end;
$$;

comment on function deploy_queue.rotate_webhook(text, interval) is
  'Gives a webhook another secret; for the time of overlap the old one signs as well. Returns the new one, which is shown this one time.';
