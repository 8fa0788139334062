-- Claims as text, such as "repository_id=12 run_id=34"; one that is missing is left out. Null: one of them has a space, or is no plain value.
-- Called by create_session.
create or replace function deploy_queue._named_claims(claims jsonb, names text[]) returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select case when bool_and(
        jsonb_typeof(_named_claims.claims -> name) in ('string', 'number') and _named_claims.claims ->> name ~ '^[!-~]{1,200}$'
      ) is not false
      then coalesce(string_agg(format('%s=%s', name, _named_claims.claims ->> name), ' ' order by position), '')
    end
    from unnest(_named_claims.names) with ordinality as named (name, position)
    where _named_claims.claims ->> name is not null
  );
end;
$$;
