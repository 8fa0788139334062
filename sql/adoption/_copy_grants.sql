-- Gives each role that has privileges on one relation, its owner included, the same on another.
-- Called by the adoption, so that the users of the old tables may use the views in their place, whichever role adopts.
create or replace function pg_temp._copy_grants(source text, target text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_grant record;
begin
  for v_grant in
    select granted.privilege_type, granted.grantee, granted.is_grantable, granted.column_name
    from (
      select acl.*, null::name as column_name
      from pg_class
      cross join lateral aclexplode(coalesce(pg_class.relacl, acldefault('r', pg_class.relowner))) as acl
      where pg_class.oid = to_regclass(_copy_grants.source)
      union all
      select acl.*, pg_attribute.attname
      from pg_class
      join pg_attribute on pg_attribute.attrelid = pg_class.oid
      cross join lateral aclexplode(pg_attribute.attacl) as acl
      where pg_class.oid = to_regclass(_copy_grants.source)
    ) as granted
    where granted.grantee <> to_regrole(quote_ident(current_user))
      and granted.privilege_type in ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
  loop
    execute format('grant %s%s on %s to %s%s', v_grant.privilege_type, ' (' || quote_ident(v_grant.column_name) || ')',
      _copy_grants.target, case v_grant.grantee when 0 then 'public' else v_grant.grantee::regrole::text end,
      case when v_grant.is_grantable then ' with grant option' else '' end);
  end loop;
end;
$$;
