-- What servers tell the bearers of secrets that follow deployments: one statement for all of those that something has happened to.
-- Called by servers.
create or replace function deploy_queue.news(followers jsonb)
returns table (number integer, event text, look_in interval, data jsonb)
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_known jsonb := deploy_queue._known_credentials(news.followers);
begin
  return query
  with asked as materialized (
    select asked.number::integer, (asked.follower ->> 'deployment_id')::bigint as id, v_known ? (asked.follower ->> 'credential') as is_known
    from jsonb_array_elements(news.followers) with ordinality as asked (follower, number)
  ),
  standing as materialized (
    select deployments.id, news.*
    from deploy_queue.deployments
    cross join lateral deploy_queue._news_of(deployments) as news
    where deployments.id = any (array(select asked.id from asked where asked.is_known))
  ),
  answers as materialized (
    select answer.id, to_jsonb(answer) || jsonb_build_object(
      'max_duration', extract(epoch from answer.max_duration), 'stop_grace', extract(epoch from answer.stop_grace)
    ) as data
    from deploy_queue.deployments_with_status as answer
    where answer.id = any (array(select standing.id from standing))
  )
  select asked.number, coalesce(standing.event, 'refused'), standing.look_in, answers.data || case
    when standing.event in ('waiting', 'turn')
      then jsonb_build_object('waiting_on', standing.waiting_on) || coalesce(to_jsonb(forecast), '{}')
    else '{}'
  end
  from asked
  left join standing on standing.id = asked.id and asked.is_known
  left join answers on answers.id = standing.id
  left join deploy_queue.forecasts(array(
    select standing.id from standing where standing.event in ('waiting', 'turn')
  )) as forecast on forecast.deployment_id = standing.id;
end;
$$;

comment on function deploy_queue.news(jsonb) is
  'Where deployments stand, for those who follow them. followers: an array of objects with the credential, the SHA-256 of a secret as hexadecimal digits, and the deployment_id. Returns for each, by its number from 1: the event (waiting; turn: call try_start now; started, stopping, ended; refused: the credential counts no more, or the deployment is gone), in how long time alone changes that, and the deployment as JSON, with its forecast and what it waits for.';
