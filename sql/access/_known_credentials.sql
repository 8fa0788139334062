-- Those of these credentials, in hexadecimal digits, that let somebody in, each with its principal. Called by what servers do for many
-- bearers at once.
create or replace function deploy_queue._known_credentials(credentials text[]) returns jsonb
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_credential text;
  v_known jsonb := '{}';
begin
  foreach v_credential in array _known_credentials.credentials loop
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
