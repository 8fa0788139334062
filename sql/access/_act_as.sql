-- Says for the rest of the statement who acts; null: the session itself again. Only the session of a server can say so (_verified). A person who
-- has signed in acts by the name that the issuer has verified, and by no other.
-- Called by call and look.
create or replace function deploy_queue._act_as(access deploy_queue.access, actor text default null) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform set_config('deploy_queue.actor', coalesce((_act_as.access).claims ->> 'person', _act_as.actor, ''), true);
  perform set_config('deploy_queue.verified', case when _act_as.access is null then '' else to_jsonb(_act_as.access)::text end, true);
end;
$$;
