/** Tests move time by changing a row; everything in the schema asks _now(). */
export const shiftableClock = `
  create schema test;
  create table test.clock (shift interval not null);
  insert into test.clock values ('0');
  grant usage on schema test to public;
  grant select on test.clock to public;
  create or replace function deploy_queue._now() returns timestamptz
  language plpgsql stable parallel safe
  set search_path = pg_catalog, pg_temp
  as $$
  begin
    return clock_timestamp() + (select clock.shift from test.clock);
  end;
  $$;
`;
