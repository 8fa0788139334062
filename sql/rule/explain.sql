-- waiting_on for people: what would lift each reason is written as they would type it in SQL.
-- Called by people.
create or replace function deploy_queue.explain(deployment_id bigint)
returns table (kind text, text text, until timestamptz, blocker_id bigint, cure text)
language sql stable rows 10
security definer
set search_path = pg_catalog, pg_temp
as $$
  select reason.kind, reason.text, reason.until, reason.deployment_id, (
    select string_agg(
      format('deploy_queue.%s(%s)', cure.call ->> 'function', (
        select string_agg(format('%s => %s', argument.key, coalesce(quote_literal(argument.value), '...')), ', ')
        from jsonb_each_text(cure.call -> 'arguments') as argument
      )),
      ' or ' order by cure.number
    )
    from jsonb_array_elements(reason.cures) with ordinality as cure (call, number)
  )
  from deploy_queue.waiting_on($1) as reason;
$$;

comment on function deploy_queue.explain(bigint) is
  'Why this queued deployment cannot start yet: one row a reason, with the moment it ends when that is known, its blocker, and the call that would lift it; null: only time does.';
