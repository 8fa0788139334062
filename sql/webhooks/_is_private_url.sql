-- Whether a URL has an address that is not of the internet in it. What a name stands for is looked at when something is sent.
-- Called by add_webhook.
create or replace function deploy_queue._is_private_url(url text) returns boolean
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_host text := lower(substring(_is_private_url.url from '^https?://(\[[^]/?]*\]|[^:/?]+)'));
begin
  if v_host ~ '(^|\.)localhost\.?$' then
    return true;
  elsif v_host !~ '^(\[.*\]|[0-9.]+)$' then
    return false;
  end if;
  return btrim(v_host, '[]')::inet <<= any (array[
    '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24', '192.168.0.0/16', '198.18.0.0/15',
    '224.0.0.0/3', '::/96', '::ffff:0:0/96', '64:ff9b::/96', '2002::/16', 'fc00::/7', 'fe80::/10', 'ff00::/8'
  ]::inet[]);
exception when invalid_text_representation then
  -- An address in another form than is usual.
  return true;
end;
$$;
