-- Freezes that are neither lifted nor expired.
-- Read by "deploy-queue list freezes" and boards.
create or replace view deploy_queue.freezes_in_force as
select
  freezes.id as freeze_id,
  freezes.environment,
  freezes.cloud_provider,
  freezes.region,
  freezes.cell_index,
  freezes.reason,
  freezes.owner,
  freezes.allow_key,
  freezes.allow_role,
  freezes.created_at,
  freezes.expires_at
from deploy_queue.freezes
where freezes.lifted_at is null
  and (freezes.expires_at is null or freezes.expires_at > deploy_queue._now());

comment on view deploy_queue.freezes_in_force is 'Freezes that are neither lifted nor expired.';
comment on column deploy_queue.freezes_in_force.freeze_id is 'Number of the freeze.';
comment on column deploy_queue.freezes_in_force.environment is 'Name of the environment, such as prod.';
comment on column deploy_queue.freezes_in_force.cloud_provider is 'Cloud provider; null: all of the environment.';
comment on column deploy_queue.freezes_in_force.region is 'Region; null: all of the provider.';
comment on column deploy_queue.freezes_in_force.cell_index is 'Index of the cell; null: all of the region.';
comment on column deploy_queue.freezes_in_force.reason is 'Why, as everybody who waits is told.';
comment on column deploy_queue.freezes_in_force.owner is 'Who placed it.';
comment on column deploy_queue.freezes_in_force.allow_key is 'Deployments with this concurrency key pass.';
comment on column deploy_queue.freezes_in_force.allow_role is 'Deployments entered by a member of this database role pass.';
comment on column deploy_queue.freezes_in_force.created_at is 'Since when.';
comment on column deploy_queue.freezes_in_force.expires_at is 'When it ends by itself; null: when somebody lifts it.';
