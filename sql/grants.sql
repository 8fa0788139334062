-- The last of every migration: roles that exist get their privileges on what is new.
do $$ begin perform deploy_queue._grant_roles(); end $$;
