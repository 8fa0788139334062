-- Has somebody told over HTTP of what happens from now on.
-- Called by operators. Only this answer shows the secret.
create or replace function deploy_queue.add_webhook(
  name text,
  url text,
  events text[],
  environments text[] default null,
  preset text default 'standard',
  channel text default null,
  credential text default null,
  allow_private boolean default false
) returns table (webhook_id integer, webhook_name text, host text, secret text)
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_webhook deploy_queue.webhooks;
  v_strange text := (
    select string_agg(quote_literal(named), ', ') from unnest(add_webhook.events) as named where named <> all (deploy_queue._webhook_events())
  );
begin
  perform deploy_queue._require_reach(add_webhook.environments, 'have others told of');
  perform deploy_queue._require_environment(named) from unnest(add_webhook.environments) as named;
  if v_strange is not null then
    raise exception using errcode = 'QD090', message = format('webhooks are not told of %s', v_strange),
      hint = format('They are told of %s.', array_to_string(deploy_queue._webhook_events(), ', '));
  end if;

  if not add_webhook.allow_private and deploy_queue._is_private_url(add_webhook.url) then
    raise exception using errcode = 'QD090', message = 'url must not be a private address',
      hint = 'A receiver on a private network or on this machine needs allow_private => true.';
  end if;

  insert into deploy_queue.webhooks (
    name, uid, preset, url, channel, events, kinds, after_event, environments, allow_private, secret, credential, created_by, created_at
  )
  values (
    btrim(add_webhook.name), encode(substring(uuid_send(gen_random_uuid()) for 6), 'hex'), add_webhook.preset, add_webhook.url,
    add_webhook.channel, add_webhook.events, add_webhook.events || deploy_queue._kinds_behind(add_webhook.events),
    coalesce((select max(deployment_events.id) from deploy_queue.deployment_events), 0), add_webhook.environments, add_webhook.allow_private, deploy_queue._new_secret(),
    add_webhook.credential, deploy_queue._principal(), deploy_queue._now()
  )
  on conflict on constraint a_webhook_has_a_name_of_its_own do nothing
  returning * into v_webhook;
  if v_webhook.id is null then
    raise exception using errcode = 'QD091', message = format('there is a webhook %s already', quote_literal(btrim(add_webhook.name))),
      hint = 'deploy_queue.remove_webhook() ends it.';
  end if;
  perform deploy_queue._record_webhook(v_webhook, 'added', jsonb_build_object(
    'preset', v_webhook.preset, 'events', v_webhook.events, 'environments', v_webhook.environments
  ));
  return query
  select known.webhook_id, known.name, known.host, v_webhook.secret
  from deploy_queue.known_webhooks as known
  where known.webhook_id = v_webhook.id;
end;
$$;

comment on function deploy_queue.add_webhook(text, text, text[], text[], text, text, text, boolean) is
  'Has somebody told over HTTP of what happens from now on. events: what of, such as started, finished, failed or frozen. environments: the only ones; null is all. preset: standard, slack, slack-bot, teams, pagerduty or opsgenie. channel: in which a bot writes. credential: the token of the bot, or the key of the service. allow_private: it may be on a private network. Returns the webhook and the secret that signs its messages, which is shown this one time.';
