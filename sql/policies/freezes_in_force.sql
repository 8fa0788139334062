-- Freezes that are neither lifted nor expired.
-- Read by the command line and boards.
create or replace view deploy_queue.freezes_in_force as
select
  freezes.id as freeze_id,
  freezes.environment,
  freezes.cloud_provider,
  freezes.region,
  freezes.cell_index,
  freezes.reason,
  freezes.owner,
  -- Who knows the key could use it.
  case when deploy_queue._is_operator() then freezes.allow_key end as allow_key,
  freezes.allow_role,
  freezes.created_at,
  freezes.expires_at,
  freezes.allow_actor,
  freezes.allow_ids
from deploy_queue.freezes
where freezes.lifted_at is null
  and (freezes.expires_at is null or freezes.expires_at > deploy_queue._now());

comment on view deploy_queue.freezes_in_force is 'Freezes that are neither lifted nor expired.';
comment on column deploy_queue.freezes_in_force.freeze_id is 'Number of the freeze.';
comment on column deploy_queue.freezes_in_force.allow_key is 'For operators only.';
comment on column deploy_queue.freezes_in_force.allow_ids is 'The deployments that it lets through.';
comment on column deploy_queue.freezes_in_force.created_at is 'Since when.';
