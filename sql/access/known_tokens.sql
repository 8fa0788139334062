-- The tokens of callers of servers, without their secrets. Read by operators.
create or replace view deploy_queue.known_tokens as
select
  tokens.id as token_id,
  tokens.name,
  tokens.kind,
  tokens.environments,
  tokens.components,
  tokens.functions,
  tokens.created_by,
  tokens.created_at,
  tokens.expires_at,
  tokens.used_at,
  tokens.revoked_at,
  tokens.most_live
from deploy_queue.tokens;

comment on view deploy_queue.known_tokens is 'Tokens of callers of servers, those that were revoked as well. used_at is right to the hour.';
comment on column deploy_queue.known_tokens.token_id is 'Number of the token.';
comment on column deploy_queue.known_tokens.name is 'What it is known as.';
comment on column deploy_queue.known_tokens.kind is 'Whose privileges it gives: reader, approver, checker, agent, deployer or operator.';
comment on column deploy_queue.known_tokens.environments is 'The only ones that it may change; null is all.';
comment on column deploy_queue.known_tokens.components is 'The only ones that it may change; null is all.';
comment on column deploy_queue.known_tokens.functions is 'The only ones that it may call; null is all that its kind may.';
comment on column deploy_queue.known_tokens.created_by is 'Who made it.';
comment on column deploy_queue.known_tokens.created_at is 'When it was made.';
comment on column deploy_queue.known_tokens.expires_at is 'When it ends by itself; null is never.';
comment on column deploy_queue.known_tokens.used_at is 'When it was used last, right to the hour.';
comment on column deploy_queue.known_tokens.revoked_at is 'When it was ended.';
comment on column deploy_queue.known_tokens.most_live is 'How many of its deployments may wait or run at once; null is any number.';
