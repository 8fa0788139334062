-- The trust that lets in the bearer of these claims: of several the one that asks for the most, then the oldest. No row: none does.
-- People have lists of groups: one of these is as good as a single one.
-- Called by create_session.
create or replace function deploy_queue._trust_in(issuer text, claims jsonb, of_people boolean) returns deploy_queue.trusts
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_trust deploy_queue.trusts;
begin
  select trusts.* into v_trust
  from deploy_queue.trusts
  where trusts.removed_at is null and trusts.issuer = _trust_in.issuer and (trusts.provider = 'people') = _trust_in.of_people
    -- One audience, or an array of them.
    and _trust_in.claims -> 'aud' @> to_jsonb(trusts.audience)
    and not exists (
      select from jsonb_each_text(trusts.claims) as wanted
      where (
        _trust_in.claims ->> wanted.key = wanted.value
        or _trust_in.of_people and jsonb_typeof(_trust_in.claims -> wanted.key) = 'array' and _trust_in.claims -> wanted.key ? wanted.value
      ) is not true
    )
  order by (select count(*) from jsonb_object_keys(trusts.claims)) desc, trusts.id
  limit 1;
  return v_trust;
end;
$$;
