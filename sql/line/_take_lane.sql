-- The ends of the members of a line, by component and key of a lane, after another member of a component has its end in a lane.
-- Called by _line.
create or replace function deploy_queue._take_lane(lanes jsonb, component text, lane text, until timestamptz) returns jsonb
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return lanes || jsonb_build_object(_take_lane.component, coalesce(lanes -> _take_lane.component, '{}') || jsonb_build_object(
    lane, greatest((lanes -> _take_lane.component ->> lane)::timestamptz, _take_lane.until)
  ));
end;
$$;
