-- 32 random bytes, as Standard Webhooks write a secret.
-- Called by add_webhook and rotate_webhook.
create or replace function deploy_queue._new_secret() returns text
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  select 'whsec_' || encode(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'base64');
$$;
