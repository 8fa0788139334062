-- Refuses a new name that people could misread, or that differs from a known one only in the case of its letters: it would be a line of its
-- own, in which nothing is ever waited for.
-- Called where a name appears for the first time: of an environment, a cell or a component.
create or replace function deploy_queue._require_name(kind text, name text, known text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if _require_name.known = _require_name.name then
    return;
  end if;
  if _require_name.known is not null then
    raise exception using
      errcode = 'QD041',
      message = format('%s %s is not known; it is %s that is', replace(_require_name.kind, '_', ' '), _require_name.name, _require_name.known),
      hint = format('Write %s. Names differ in more than the case of their letters.', _require_name.known);
  end if;
  -- A name that is empty or too long is refused by a constraint.
  if _require_name.name !~ '^[A-Za-z0-9._/-]*$' then
    raise exception using
      errcode = 'QD041',
      message = format('%s %s has other characters than A-Z, a-z, 0-9, ".", "_", "/" and "-"',
        replace(_require_name.kind, '_', ' '), quote_literal(left(deploy_queue._one_line(_require_name.name), 200))),
      hint = 'Other characters, such as blanks, are easily mistaken for each other.';
  end if;
end;
$$;
