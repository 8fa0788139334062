-- The roles that are given out, and what for. Each has the privileges of all of a lower rank.
-- Called by all that creates, grants, lists and revokes them.
create or replace function deploy_queue._roles() returns table (kind text, role_name text, rank integer, about text)
language sql immutable rows 8
set search_path = pg_catalog, pg_temp
as $$
  select roles.kind, 'deploy_queue_' || roles.kind, roles.rank, roles.about
  from (
    values
      ('reader', 1, 'Reads the views of deploy-queue, for dashboards.'),
      ('approver', 1, 'Reads the views of deploy-queue, and approves deployments.'),
      ('checker', 1, 'Reads the views of deploy-queue, and reports checks, for pipelines that test.'),
      ('agent', 1, 'Reads the views of deploy-queue, and runs the commands of deployments, for agents.'),
      ('server', 0, 'Calls functions of deploy-queue for the bearers of its tokens, with their rights.'),
      ('deliverer', 0, 'Delivers webhooks, beside deploy_queue_operator: reads what they are signed with.'),
      ('deployer', 2, 'Deploys by the functions of deploy-queue, for pipelines.'),
      ('operator', 3, 'Operates deploy-queue: bulk cancels, environments, bypasses, background work.')
  ) as roles (kind, rank, about);
$$;
