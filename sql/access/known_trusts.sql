-- Whose tokens are exchanged for sessions. Read by operators.
create or replace view deploy_queue.known_trusts as
select
  trusts.id as trust_id,
  trusts.name,
  trusts.provider,
  trusts.issuer,
  trusts.audience,
  trusts.claims,
  trusts.run_claims,
  trusts.kind,
  trusts.environments,
  trusts.components,
  case when trusts.cells is not null then array(
    select deploy_queue._cell_name(cells.environment, cells.cloud_provider, cells.region, cells.cell_index)
    from deploy_queue.cells
    where cells.id = any (trusts.cells)
    order by cells.id
  ) end as cells,
  trusts.functions,
  extract(epoch from trusts.session_length)::integer as session_seconds,
  (
    select count(*)::integer from deploy_queue.sessions
    where sessions.trust_id = trusts.id and sessions.expires_at > deploy_queue._now() and trusts.removed_at is null
  ) as session_count,
  trusts.created_by,
  trusts.created_at,
  trusts.removed_at,
  trusts.most_live
from deploy_queue.trusts;

comment on view deploy_queue.known_trusts is 'Whose tokens are exchanged for sessions, and what these may; those that were removed as well.';
comment on column deploy_queue.known_trusts.trust_id is 'Number of the trust.';
comment on column deploy_queue.known_trusts.name is 'What it is known as.';
comment on column deploy_queue.known_trusts.provider is 'github, gitlab, oidc for any other CI system, or people.';
comment on column deploy_queue.known_trusts.issuer is 'Who signs the tokens.';
comment on column deploy_queue.known_trusts.audience is 'For whom the tokens must be.';
comment on column deploy_queue.known_trusts.claims is 'What the tokens must say, claim by claim.';
comment on column deploy_queue.known_trusts.run_claims is 'The claims by which one run is told from another.';
comment on column deploy_queue.known_trusts.kind is 'Whose privileges a session has: reader, approver, checker, agent, deployer or operator.';
comment on column deploy_queue.known_trusts.environments is 'The only ones that a session may change; null is all.';
comment on column deploy_queue.known_trusts.components is 'The only ones that a session may change; null is all.';
comment on column deploy_queue.known_trusts.cells is 'The only ones that a session may change; null is all.';
comment on column deploy_queue.known_trusts.functions is 'The only ones that a session may call; null is all that its kind may.';
comment on column deploy_queue.known_trusts.session_seconds is 'How long a session lasts.';
comment on column deploy_queue.known_trusts.session_count is 'How many sessions it has now.';
comment on column deploy_queue.known_trusts.created_by is 'Who made it.';
comment on column deploy_queue.known_trusts.created_at is 'When it was made.';
comment on column deploy_queue.known_trusts.removed_at is 'When it was removed.';
comment on column deploy_queue.known_trusts.most_live is 'How many deployments of a run may wait or run at once; null is any number.';
