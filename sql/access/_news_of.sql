-- Where a deployment stands, in the word of a stream, and in how long time alone changes that (null: not known). "turn" means that it is of
-- use to call try_start now: it may start, or the call ends what keeps it waiting. Called by news.
create or replace function deploy_queue._news_of(
  deployment deploy_queue.deployments,
  out event text,
  out look_in interval,
  out waiting_on deploy_queue.reason[]
)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if deployment.start_timestamp is not null or deploy_queue._has_ended(deployment) then
    event := case
      when deploy_queue._has_ended(deployment) then 'ended' when deployment.stop_timestamp is not null then 'stopping' else 'started'
    end;
    return;
  end if;
  waiting_on := deploy_queue._waiting_on(deployment, 10);
  event := case
    when not exists (
      select from unnest(_news_of.waiting_on) as reason where reason.kind not in ('superseded', 'outdated', 'withdrawn')
    ) or exists (
      select from deploy_queue._stale(deployment.id || array(select reason.deployment_id from unnest(_news_of.waiting_on) as reason))
    )
    then 'turn' else 'waiting'
  end;
  look_in := deploy_queue._next_moment(deployment, _news_of.waiting_on) - deploy_queue._now();
end;
$$;
