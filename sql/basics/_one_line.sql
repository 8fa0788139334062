-- Text in which nothing is left that the columns refuse: control characters and marks of direction become spaces.
-- Called by the adoption, for free text that was written before there was such a rule, and for settings of the session.
create or replace function deploy_queue._one_line(text text) returns text
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return regexp_replace(
    _one_line.text, '[\u0001-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+', ' ', 'g'
  );
end;
$$;
