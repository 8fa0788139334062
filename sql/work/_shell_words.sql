-- A program and its arguments as one text that a shell reads as these words. Called where a command is handed to agents; null stays null.
create or replace function deploy_queue._shell_words(words text[]) returns text
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select string_agg(case
    when given.word ~ '^[A-Za-z0-9_@%+=:,./-]+$' and not (given.number = 1 and given.word ~ '=') then given.word
    else '''' || replace(given.word, '''', '''\''''') || ''''
  end, ' ' order by given.number)
  from unnest($1) with ordinality as given (word, number);
$$;
