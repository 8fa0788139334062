-- Whether a database role is a member of another; a role that does not exist is not.
-- Called by the rules that make exceptions for roles.
create or replace function deploy_queue._is_member(role_name text, of_role text) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return case
    when to_regrole(quote_ident(_is_member.role_name)) is null or to_regrole(quote_ident(_is_member.of_role)) is null then false
    else pg_has_role(_is_member.role_name, _is_member.of_role, 'member')
  end;
end;
$$;
