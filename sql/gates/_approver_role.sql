-- The role whose members approve: the one that a policy names, else the one that is given out for it.
-- Called by all that asks who may approve.
create or replace function deploy_queue._approver_role(approvers text) returns text
language sql immutable parallel safe
return coalesce(approvers, 'deploy_queue_approver');
