-- CI systems whose tokens are known: their issuer, the claims of which a trust names one at least, since a name can be given to another
-- project, and those that tell runs and jobs apart. People sign in at any issuer, each as one principal.
-- Called by add_trust and create_session.
create or replace function deploy_queue._providers()
returns table (provider text, issuer text, owner_claims text[], run_claims text[], job_claims text[])
language sql immutable rows 3
set search_path = pg_catalog, pg_temp
as $$
  values
    (
      'github', 'https://token.actions.githubusercontent.com', array['repository_id', 'repository_owner_id'],
      array['repository_id', 'run_id'], array['run_attempt', 'check_run_id']
    ),
    ('gitlab', 'https://gitlab.com', array['project_id', 'namespace_id'], array['project_id', 'pipeline_id'], array['job_id']),
    ('people', null, null, array['sub'], array[]::text[])
$$;
