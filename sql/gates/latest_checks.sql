-- The newest report of each check, which is the one that counts, for each version of a component.
-- Read by the command line and boards.
create or replace view deploy_queue.latest_checks as
select distinct on (checks.component, checks.version, checks.name)
  checks.id as check_id,
  checks.component,
  checks.version,
  checks.name,
  case
    when not checks.passed then 'failed'
    when checks.expires_at <= clock.now then 'expired'
    else 'passed'
  end as state,
  checks.url,
  checks.details,
  checks.expires_at,
  checks.actor,
  checks.principal,
  checks.reported_at
from (select deploy_queue._now() as now) as clock
cross join deploy_queue.checks
order by checks.component, checks.version, checks.name, checks.id desc;

comment on view deploy_queue.latest_checks is 'The newest report of each check for each version of a component: the one that counts.';
comment on column deploy_queue.latest_checks.check_id is 'Number of the report.';
comment on column deploy_queue.latest_checks.component is 'What was checked.';
comment on column deploy_queue.latest_checks.version is 'Which version of it.';
comment on column deploy_queue.latest_checks.name is 'Name of the check, such as e2e.';
comment on column deploy_queue.latest_checks.state is 'passed, failed, or expired: it passed, and that counts no longer.';
comment on column deploy_queue.latest_checks.url is 'Page of the result.';
comment on column deploy_queue.latest_checks.details is 'More about the result, as it was reported.';
comment on column deploy_queue.latest_checks.expires_at is 'Until when it counts; null: until the next report.';
comment on column deploy_queue.latest_checks.actor is 'Who reported it, as the client says.';
comment on column deploy_queue.latest_checks.principal is 'The database role that reported it.';
comment on column deploy_queue.latest_checks.reported_at is 'When it was reported.';
