-- Where a waiting deployment comes in whose component may take fewer slots than its cell has: free_at is when one of those of its component has
-- ended, and lane is the exclusion key of that one, whose slot it takes over. Otherwise the lane is its own key. lanes: the ends of the members
-- so far, by component and key. Called by _line.
create or replace function deploy_queue._lane(
  lanes jsonb,
  member deploy_queue.deployments,
  key text,
  out lane text,
  out free_at timestamptz,
  out component_slots integer
)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  lane := _lane.key;
  free_at := '-infinity';
  component_slots := (
    select demands.component_slots from deploy_queue._demands(member.environment, member.component) as demands
  );
  if component_slots is null or lanes -> member.component ? lane then
    return;
  end if;
  -- After the limit was lowered, several have to end.
  select ordered.key, ordered.ends into lane, free_at
  from (
    select taken.key, taken.value::timestamptz as ends, row_number() over (order by taken.value::timestamptz desc) as number
    from jsonb_each_text(lanes -> member.component) as taken
  ) as ordered
  where ordered.number = _lane.component_slots;
  if not found then
    lane := _lane.key;
    free_at := '-infinity';
  end if;
end;
$$;
