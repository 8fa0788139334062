-- A directory by its whole path, without a slash at its end. Refuses what does not begin at the root, and what leads elsewhere than it seems to.
-- Called where directories come from clients.
create or replace function deploy_queue._plain_directory(directory text) returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if _plain_directory.directory !~ '^/' or _plain_directory.directory ~ '(^|/)\.{1,2}(/|$)' or length(_plain_directory.directory) > 4000
    or not deploy_queue._is_printable(_plain_directory.directory)
  then
    raise exception using errcode = 'QD122',
      message = format('directory %s is not a whole path', quote_literal(left(_plain_directory.directory, 200))),
      hint = 'It begins with "/" and has no "." or ".." in it, such as /var/www/my-app.';
  end if;
  return regexp_replace(regexp_replace(_plain_directory.directory, '/+', '/', 'g'), '(.)/$', '\1');
end;
$$;
