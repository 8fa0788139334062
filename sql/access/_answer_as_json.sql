-- An expression that makes JSON of what a function gives back, under the name answer. Called by call.
create or replace function deploy_queue._answer_as_json(called pg_catalog.pg_proc) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Of a function that returns a table, each column has a type of its own.
  return coalesce((
    select format('jsonb_build_object(%s)', string_agg(
      format('%L, %s', answer.name, deploy_queue._as_json(format('answer.%I', answer.name), answer.type)), ', ' order by answer.position
    ))
    from unnest(called.proargnames, called.proallargtypes, called.proargmodes)
      with ordinality as answer (name, type, mode, position)
    where answer.mode in ('t', 'o') and called.prorettype = 'record'::regtype
    having count(*) > 0
  ), deploy_queue._as_json('answer', called.prorettype));
end;
$$;
