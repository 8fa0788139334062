-- Makes a login a reader, an approver, a checker, an agent, a deployer or an operator, and ties it to environments. It needs no superuser: who has created the roles may
-- grant them, and the ties are rows. Called by the owner.
create or replace function deploy_queue.grant_role(role_name text, kind text, environments text[] default null) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_granted text := 'deploy_queue_' || grant_role.kind;
begin
  if not exists (select from deploy_queue._roles() as roles where roles.kind = grant_role.kind) then
    raise exception using errcode = 'QD030',
      message = format('%s is no kind of role', coalesce(quote_literal(grant_role.kind), 'null')),
      hint = 'It is reader, approver, checker, agent, deployer or operator.';
  end if;
  if to_regrole(quote_ident(grant_role.role_name)) is null then
    raise exception using errcode = 'QD030',
      message = format('role %s does not exist', coalesce(quote_ident(grant_role.role_name), 'null')),
      hint = format('"create role %s login password ''…''" makes it.', coalesce(quote_ident(grant_role.role_name), 'ci'));
  end if;
  perform deploy_queue.create_roles();
  perform deploy_queue._require_environment(name) from unnest(grant_role.environments) as name where name <> '*';
  begin
    execute format('grant %I to %I', v_granted, grant_role.role_name);
  exception
    when insufficient_privilege then
      raise exception using errcode = 'QD012',
        message = format('role %s may not grant %s', quote_ident(current_user), v_granted),
        hint = format('Let the role that created it run "grant %I to %I;", or "grant %I to %I with admin option;", then run this again.',
          v_granted, grant_role.role_name, v_granted, current_user);
  end;

  if grant_role.environments is not null then
    delete from deploy_queue.tied_roles
    where tied_roles.role_name = grant_role.role_name or tied_roles.role = to_regrole(quote_ident(grant_role.role_name));
    if '*' <> all (grant_role.environments) then
      insert into deploy_queue.tied_roles (role_name, role, environments)
      values (grant_role.role_name, to_regrole(quote_ident(grant_role.role_name)), grant_role.environments);
    end if;
  end if;
end;
$$;

comment on function deploy_queue.grant_role(text, text, text[]) is
  'Makes a login a reader, approver, checker, agent, deployer or operator. environments: the only ones that it may change; {*}: all; null: as before.';
