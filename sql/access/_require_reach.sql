-- Refuses what concerns environments that the caller may not change; null is all of them. what: such as "end what lets others into".
-- Called by everything that ends a token or a trust, or writes a webhook.
create or replace function deploy_queue._require_reach(environments text[], what text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_allowed text[] := (deploy_queue._caller()).environments;
begin
  if v_allowed is not null and (_require_reach.environments <@ v_allowed) is not true then
    raise exception using errcode = 'QD020',
      message = format('%s may not %s environments other than %s', deploy_queue._principal(), _require_reach.what,
        array_to_string(v_allowed, ', ')),
      hint = 'An operator who is tied to no environment may.';
  end if;
end;
$$;
