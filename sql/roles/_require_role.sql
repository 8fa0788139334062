-- Refuses the name of a role that does not exist, as the value of that field.
-- Called by the triggers of policies that name roles.
create or replace function deploy_queue._require_role(field text, role_name text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if to_regrole(quote_ident(_require_role.role_name)) is null then
    raise exception using
      errcode = 'QD024',
      message = format('%s %s is no role of this database', _require_role.field, quote_ident(_require_role.role_name)),
      hint = 'It is a role of PostgreSQL. Its members are meant.';
  end if;
end;
$$;
