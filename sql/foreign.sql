-- A schema whose objects depend on those of others is no safe ground: this transaction does not build on it.
do $$
declare
  v_problem text := (select string_agg(found.problem, '; ') from deploy_queue._foreign_dependencies() as found (problem));
begin
  if v_problem is not null then
    raise exception using
      errcode = 'QD040',
      message = format('the schema deploy_queue cannot be trusted: %s', v_problem),
      hint = 'Find out who made that, then create the schema anew.';
  end if;
end;
$$;
