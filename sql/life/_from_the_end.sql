-- Deployments in the order in which they are cancelled: from the end of each line to its front, then what runs. One at a time, each wakes
-- those that it was the last to keep waiting: of several that end in one statement, none would know the others as they were.
-- Called by the bulk cancels and the reaping.
create or replace function deploy_queue._from_the_end(deployment_ids bigint[]) returns bigint[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return array(
    select deployments.id
    from deploy_queue.deployments
    where deployments.id = any (_from_the_end.deployment_ids)
    order by deployments.start_timestamp is not null, deployments.priority,
      coalesce((deploy_queue._stand(deployments)).place, deployments.id) desc
  );
end;
$$;
