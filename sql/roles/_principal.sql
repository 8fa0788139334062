-- Who acts, as far as the database knows: the role that logged in.
-- Called by everything that stores or compares who it was. PostgreSQL writes the body into the caller.
create or replace function deploy_queue._principal() returns text
language sql stable parallel safe
return session_user::text;
