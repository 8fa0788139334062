-- Lets the bearers of an issuer's tokens in, when their claims are these. What they may is at most what its maker may.
-- Called by operators.
create or replace function deploy_queue.add_trust(
  name text,
  provider text,
  audience text,
  claims jsonb,
  kind text,
  environments text[] default null,
  components text[] default null,
  cells text[] default null,
  functions text[] default null,
  issuer text default null,
  run_claims text[] default null,
  session_length interval default interval '1 hour',
  most_live integer default null
) returns deploy_queue.known_trusts
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_provider record;
  v_id integer;
  v_known deploy_queue.known_trusts;
  v_flaw text;
begin
  perform deploy_queue._require_grant(add_trust.kind, add_trust.environments, add_trust.functions, add_trust.most_live);
  select * into v_provider from deploy_queue._providers() as providers where providers.provider = add_trust.provider;
  v_flaw := case
    when v_provider.provider is null and add_trust.provider is distinct from 'oidc' then 'provider must be github, gitlab, oidc or people'
    when coalesce(add_trust.issuer, v_provider.issuer) is null then 'of another provider than github and gitlab the issuer is named'
    when v_provider.provider is null and coalesce(cardinality(add_trust.run_claims), 0) = 0 then
      'of another provider than github and gitlab the claims are named by which one run is told from another'
    when v_provider.provider is not null and add_trust.run_claims is not null then
      'which claims tell one run from another is known of this provider'
    when jsonb_typeof(add_trust.claims) is distinct from 'object' or add_trust.claims = '{}' then
      'claims must be at least one claim and its value'
    when exists (select from jsonb_each(add_trust.claims) as claim where jsonb_typeof(claim.value) <> 'string') then
      'the value of a claim must be a string'
    when not add_trust.claims ?| v_provider.owner_claims then format(
      'claims must name %s, since a name may be given to another project', array_to_string(v_provider.owner_claims, ' or '))
  end;
  if v_flaw is not null then
    raise exception using errcode = 'QD080', message = v_flaw;
  end if;

  insert into deploy_queue.trusts (
    name, provider, issuer, audience, claims, run_claims, job_claims, kind, environments, components, cells, functions, session_length,
    created_by, created_at, most_live
  )
  values (
    btrim(add_trust.name), add_trust.provider, coalesce(add_trust.issuer, v_provider.issuer), add_trust.audience, add_trust.claims,
    coalesce(add_trust.run_claims, v_provider.run_claims), coalesce(v_provider.job_claims, '{}'), add_trust.kind, add_trust.environments,
    add_trust.components, deploy_queue._cell_ids(add_trust.cells), add_trust.functions, add_trust.session_length,
    deploy_queue._principal(), deploy_queue._now(), add_trust.most_live
  )
  on conflict (name) where removed_at is null do nothing
  returning id into v_id;
  if v_id is null then
    raise exception using errcode = 'QD081', message = format('there is a trust %s already', quote_literal(btrim(add_trust.name))),
      hint = 'deploy_queue.remove_trust() ends it.';
  end if;
  select * into v_known from deploy_queue.known_trusts where known_trusts.trust_id = v_id;
  return v_known;
end;
$$;

comment on function deploy_queue.add_trust(text, text, text, jsonb, text, text[], text[], text[], text[], text, text[], interval, integer) is
  'Lets the bearers of an issuer''s tokens in. provider: github, gitlab or oidc; or people, who sign in at a server. audience: for whom the tokens must be. claims: what they must say, claim by claim, exactly. kind: reader, deployer, operator, approver, checker or agent. environments, components, cells, functions: the only ones that a session may change or call; null is no limit. issuer: of github and gitlab where they are not the public ones. run_claims: of oidc, the claims by which one run is told from another. session_length: for how long a session lasts. most_live: how many deployments of a run, or of a person, may wait or run at once. Returns the trust.';
