-- Refuses a new deployment without a sequence where deployments are ordered by it. What goes back on purpose is compared with none, and
-- programs of the predecessor know no sequences. Called by the enqueue trigger and the preflight.
create or replace function deploy_queue._require_sequence(candidate deploy_queue.deployments) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if num_nonnulls(
      candidate.sequence, candidate.rollback_of, candidate.joined_id, candidate.finish_timestamp, candidate.cancellation_timestamp
    ) = 0
    and candidate.via_old_names is not true
    and exists (
      select from deploy_queue._demands(candidate.environment, candidate.component) as demands where demands.ordering = 'latest-ready'
    )
  then
    raise exception using
      errcode = 'QD053',
      message = format('%s has no sequence, and %s orders deployments of %s by it (latest-ready)', deploy_queue._label(candidate),
        candidate.environment, candidate.component),
      hint = 'Give a number that grows, such as that of the run: sequence => 812.';
  end if;
end;
$$;
