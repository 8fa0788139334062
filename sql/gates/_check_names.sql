-- The names of checks that a policy demands, without blanks around them and each once, in their order. Null stays null.
-- Called by the triggers that store policies.
create or replace function deploy_queue._check_names(names text[]) returns text[]
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_names text[] := array(
    select btrim(wanted.name)
    from unnest(_check_names.names) with ordinality as wanted (name, number)
    group by btrim(wanted.name)
    order by min(wanted.number)
  );
begin
  if _check_names.names is null then
    return null;
  end if;
  if cardinality(v_names) > 50 then
    perform deploy_queue._refuse_flaw('require_checks_must_be_at_most_50_names');
  end if;
  if exists (select from unnest(v_names) as name where deploy_queue._is_printable(name, 1, 50) is not true) then
    perform deploy_queue._refuse_flaw('require_checks_must_be_names_of_1_to_50_printable_characters');
  end if;
  return v_names;
end;
$$;
