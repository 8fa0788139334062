-- The principal of each credential among these followers that is good, by its hexadecimal digits.
-- Called by what servers do for many bearers at once.
create or replace function deploy_queue._known_credentials(followers jsonb) returns jsonb
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_credential text;
  v_known jsonb := '{}';
begin
  for v_credential in
    select distinct asked.follower ->> 'credential' from jsonb_array_elements(_known_credentials.followers) as asked (follower)
  loop
    begin
      v_known := v_known || jsonb_build_object(
        v_credential, (deploy_queue._access_of(decode(v_credential, 'hex'))).principal
      );
    exception when sqlstate 'QD070' then
      null;
    end;
  end loop;
  return v_known;
end;
$$;
