-- Versions that were marked bad, and that mark_good has not taken back.
-- Read by people and boards.
create or replace view deploy_queue.bad_versions_in_force as
select mark.component, mark.version, mark.environments, mark.reason, mark.owner, mark.created_at
from deploy_queue.bad_versions as mark
where mark.lifted_at is null;

comment on view deploy_queue.bad_versions_in_force is 'Versions that were marked bad: no deployment of them enters a line.';
comment on column deploy_queue.bad_versions_in_force.component is 'What is deployed.';
comment on column deploy_queue.bad_versions_in_force.version is 'Which version of it.';
comment on column deploy_queue.bad_versions_in_force.environments is 'Where it counts; null: everywhere.';
comment on column deploy_queue.bad_versions_in_force.reason is 'Why, as those are told whose deployments are withdrawn.';
comment on column deploy_queue.bad_versions_in_force.owner is 'Who has marked it.';
comment on column deploy_queue.bad_versions_in_force.created_at is 'When.';
