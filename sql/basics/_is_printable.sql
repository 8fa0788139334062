-- Whether a text is of some length and has no characters that break a line or turn its direction.
-- Called by the constraint of deployments and the trigger of events. Strict: what is null is not looked at.
create or replace function deploy_queue._is_printable(
  value text,
  shortest integer default 0,
  longest integer default 2147483647
) returns boolean
language plpgsql immutable strict parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return length(_is_printable.value) between _is_printable.shortest and _is_printable.longest
    and _is_printable.value !~ '[[:cntrl:]\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]';
end;
$$;
