-- A call of a function of this schema: its name, then names and values of its arguments in turn; a null is for the caller to fill in.
-- Called by the branches of the rule, for the cure that a reason carries.
create or replace function deploy_queue._call(function text, variadic arguments text[]) returns jsonb
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return jsonb_build_object('function', _call.function, 'arguments', jsonb_object(_call.arguments));
end;
$$;
