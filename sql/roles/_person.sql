-- The person in the name of an actor: of "ann (org/repo run 123)" it is ann, whatever job acts for her.
-- Called where two names must not be those of one person.
create or replace function deploy_queue._person(actor text) returns text
language sql immutable parallel safe
return btrim(split_part(actor, ' (', 1));
