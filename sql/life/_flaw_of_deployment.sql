-- The first thing that is wrong with a deployment, by whatever door it came; null when nothing is.
-- Called by the constraint of deployments: one function, because PostgreSQL reads each expression anew in every statement,
-- and by adopt.
create or replace function deploy_queue._flaw_of_deployment(deployment deploy_queue.deployments) returns text
language plpgsql immutable
-- A role that writes through the old names of the predecessor cannot look into the schema.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_flaw text;
begin
  v_flaw := case
    when not deploy_queue._is_printable(deployment.component, 1, 200)
      then 'component_must_be_1_to_200_printable_characters'
    when not deploy_queue._is_printable(deployment.version, 1, 100)
      then 'version_must_be_1_to_100_printable_characters'
    when not deploy_queue._is_printable(deployment.concurrency_key, 1, 100)
      then 'concurrency_key_must_be_1_to_100_printable_characters'
    when not deploy_queue._is_printable(deployment.keeper, 1, 200) then 'keeper_must_be_1_to_200_printable_characters'
    when not deploy_queue._is_printable(deployment.url, 0, 2000) then 'url_must_be_0_to_2000_printable_characters'
    -- Boards make links of it; those of another kind could run a script.
    when deployment.url !~* '^(https?://|$)' then 'url_must_begin_with_http_or_https'
    when deployment.start_timestamp < deployment.created_at then 'start_timestamp_must_not_precede_created_at'
    when deployment.finish_timestamp is not null and deployment.start_timestamp is null
      then 'finish_timestamp_requires_start_timestamp'
    when deployment.finish_timestamp < deployment.start_timestamp then 'finish_timestamp_must_not_precede_start_timestamp'
  end;
  -- PostgreSQL prepares a condition in each transaction anew: what few deployments have is a condition of its own.
  if v_flaw is not null or num_nonnulls(
    deployment.idempotency_key, deployment.note, deployment.cancellation_note, deployment.cancellation_timestamp, deployment.command,
    deployment.sequence, deployment.sequence_scope, deployment.artifact, deployment.confirmation, deployment.reserved_until,
    deployment.max_duration, deployment.verifying_since, deployment.verified_at
  ) = 0 then
    return v_flaw;
  end if;
  return case
    when not deploy_queue._is_printable(deployment.idempotency_key, 1, 200)
      then 'idempotency_key_must_be_1_to_200_printable_characters'
    when not deploy_queue._is_printable(deployment.note, 0, 2000) then 'note_must_be_0_to_2000_printable_characters'
    when not deploy_queue._is_printable(deployment.cancellation_note, 0, 2000)
      then 'cancellation_note_must_be_0_to_2000_printable_characters'
    when length(deployment.command::text) > 16000 then 'command_must_be_at_most_16000_characters'
    when deployment.sequence not between 0 and 1000000000000000 then 'sequence_must_be_between_0_and_1000000000000000'
    when not deploy_queue._is_printable(deployment.sequence_scope, 1, 200)
      then 'sequence_scope_must_be_1_to_200_printable_characters'
    when deployment.sequence_scope is not null and deployment.sequence is null then 'sequence_scope_requires_sequence'
    when not deploy_queue._is_printable(deployment.artifact, 1, 500) then 'artifact_must_be_1_to_500_printable_characters'
    when not deploy_queue._is_printable(deployment.confirmation, 1, 100)
      then 'confirmation_must_be_1_to_100_printable_characters'
    when deployment.reserved_until is not null and deployment.hold is distinct from 'in-line' and deployment.cancellation_timestamp is null
      then 'a_reservation_keeps_its_place_in_line'
    when deployment.max_duration not between interval '1 second' and interval '30 days'
      then 'max_duration_must_be_between_1_second_and_30_days'
    when deployment.cancellation_timestamp < deployment.start_timestamp
      then 'cancellation_timestamp_must_not_precede_start_timestamp'
    when deployment.finish_timestamp is not null and deployment.cancellation_timestamp is not null
      then 'a_deployment_ends_once'
    when deployment.verifying_since is not null and deployment.start_timestamp is null
      then 'verifying_since_requires_start_timestamp'
    when deployment.verified_at is not null and deployment.finish_timestamp is null
      then 'verified_at_requires_finish_timestamp'
    when deployment.cancellation_note is not null
      and num_nonnulls(deployment.cancellation_timestamp, deployment.stop_timestamp) = 0
      then 'cancellation_note_requires_cancellation_timestamp'
  end;
end;
$$;
