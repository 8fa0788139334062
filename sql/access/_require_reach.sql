-- Refuses to end what lets others into environments that the caller may not change; null is all of them.
-- Called by revoke_token and remove_trust.
create or replace function deploy_queue._require_reach(environments text[]) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_allowed text[] := (deploy_queue._caller()).environments;
begin
  if v_allowed is not null and (_require_reach.environments <@ v_allowed) is not true then
    raise exception using errcode = 'QD020',
      message = format('%s may not end what lets others into environments other than %s', deploy_queue._principal(),
        array_to_string(v_allowed, ', ')),
      hint = 'An operator who is tied to no environment may.';
  end if;
end;
$$;
