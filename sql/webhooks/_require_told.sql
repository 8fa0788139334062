-- Refuses what concerns a webhook that is told of environments that the caller may not change; null is all of them.
-- Called by every function that writes a webhook.
create or replace function deploy_queue._require_told(environments text[]) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_allowed text[] := (deploy_queue._caller()).environments;
begin
  if v_allowed is not null and (_require_told.environments <@ v_allowed) is not true then
    raise exception using
      errcode = 'QD020',
      message = format('%s may not have others told of environments other than %s', deploy_queue._principal(), array_to_string(v_allowed, ', ')),
      hint = 'An operator who is tied to no environment may.';
  end if;
end;
$$;
