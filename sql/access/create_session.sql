-- Exchanges a token, whose signature the server has verified, for a session. Its principal is the run: all jobs and attempts of a run are
-- one, and another run of the same branch is another.
-- Called by servers. The secret is drawn by the server, and only its SHA-256 comes here.
create or replace function deploy_queue.create_session(hash bytea, issuer text, claims jsonb, of_people boolean default false)
returns table (
  trust text, principal text, kind text, environments text[], components text[], cells text[], functions text[], expires_in integer
)
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := deploy_queue._now();
  v_trust deploy_queue.trusts := deploy_queue._trust_in(create_session.issuer, create_session.claims, create_session.of_people);
  v_run text := nullif(deploy_queue._named_claims(create_session.claims, v_trust.run_claims), '');
  v_job text := deploy_queue._named_claims(create_session.claims, v_trust.job_claims);
  v_missing text := (select string_agg(name, ', ') from unnest(v_trust.run_claims) as name where create_session.claims ->> name is null);
  v_principal text := coalesce(
    (select providers.provider from deploy_queue._providers() as providers where providers.issuer = create_session.issuer),
    regexp_replace(create_session.issuer, '^https?://', '')
  ) || ' ' || v_run;
  v_subject text := left(deploy_queue._one_line(coalesce(create_session.claims ->> 'sub', '')), 500);
begin
  if length(create_session.hash) is distinct from 32 then
    raise exception using errcode = 'QD073', message = 'hash must be a SHA-256, of 32 bytes';
  end if;
  if v_trust.id is null then
    raise exception using errcode = 'QD083', message = format('no trust lets in the token of %s', v_subject),
      hint = 'An operator adds one with deploy_queue.add_trust(); deploy_queue.known_trusts lists what each asks for.';
  end if;
  if v_missing <> '' or v_run is null or v_job is null then
    raise exception using errcode = 'QD083',
      message = format('the token of %s does not say by plain values of %s which run it is of', v_subject,
        coalesce(v_missing, array_to_string(v_trust.run_claims || v_trust.job_claims, ', ')));
  end if;
  v_run := concat_ws(' ', v_run, nullif(v_job, ''));
  -- One after the other: what another run exchanges at this moment is seen.
  perform from deploy_queue.trusts where trusts.id = v_trust.id for no key update;
  if exists (
    select from deploy_queue.sessions
    join deploy_queue.trusts on trusts.id = sessions.trust_id
    where sessions.token_id = create_session.claims ->> 'jti' and trusts.issuer = create_session.issuer
      and (sessions.principal, sessions.run) is distinct from (v_principal, v_run)
  ) then
    raise exception using errcode = 'QD084', message = format('the token of %s was exchanged by another run already', v_subject);
  end if;

  insert into deploy_queue.sessions (hash, trust_id, principal, subject, run, commit, person, token_id, created_at, expires_at)
  values (
    create_session.hash, v_trust.id, v_principal, v_subject, v_run, left(deploy_queue._one_line(create_session.claims ->> 'sha'), 100),
    case when create_session.of_people then left(deploy_queue._one_line(coalesce(
      case when create_session.claims ->> 'email_verified' is distinct from 'false' then create_session.claims ->> 'email' end,
      create_session.claims ->> 'preferred_username', create_session.claims ->> 'name'
    )), 200) end,
    create_session.claims ->> 'jti', v_now, v_now + v_trust.session_length
  );
  return query
  select known_trusts.name, v_principal, known_trusts.kind, known_trusts.environments, known_trusts.components, known_trusts.cells,
    known_trusts.functions, known_trusts.session_seconds
  from deploy_queue.known_trusts
  where known_trusts.trust_id = v_trust.id;
end;
$$;

comment on function deploy_queue.create_session(bytea, text, jsonb, boolean) is
  'Exchanges a token for a session of its run. hash: the SHA-256 of the session''s secret. issuer, claims: of the token, whose signature, audience and times the caller has verified. of_people: of a person who has signed in. Returns what the session may, and after how many seconds it expires.';
