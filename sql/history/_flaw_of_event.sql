-- The first thing that is wrong with an event; null when nothing is.
-- Called by the trigger of events.
create or replace function deploy_queue._flaw_of_event(event deploy_queue.deployment_events) returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Apart, because few events are a bypass and PostgreSQL prepares an expression as a whole, also the parts that it does not reach.
  if event.kind = 'bypassed' then
    return case
      when not deploy_queue._is_printable(event.reason, 0, 4000) then 'note_or_reason_must_be_0_to_4000_printable_characters'
      when (event.reason ~ '\S') is not true then 'a_bypass_needs_a_note'
      when event.deployment_id is not null then null
      when num_nulls(event.environment, event.cloud_provider, event.region, event.cell_index, event.component) > 0
        then 'a_bypass_names_its_deployment_or_its_cell_and_component'
      when not deploy_queue._is_printable(event.cloud_provider, 1, 100)
        then 'cloud_provider_must_be_1_to_100_printable_characters'
      when not deploy_queue._is_printable(event.region, 1, 100) then 'region_must_be_1_to_100_printable_characters'
      when event.cell_index < 0 then 'cell_index_must_be_0_or_more'
      when not deploy_queue._is_printable(event.component, 1, 200) then 'component_must_be_1_to_200_printable_characters'
      when not deploy_queue._is_printable(event.version, 1, 100) then 'version_must_be_1_to_100_printable_characters'
      when not deploy_queue._is_printable(event.url, 0, 2000) then 'url_must_be_0_to_2000_printable_characters'
      when event.url !~* '^(https?://|$)' then 'url_must_begin_with_http_or_https'
    end;
  end if;

  return case
    when event.kind not in (
      'enqueued', 'released', 'prioritized', 'refused', 'woken', 'started', 'verifying', 'stopping', 'finished', 'failed', 'rejected', 'cancelled', 'reaped', 'outlier',
      'configured', 'locked', 'unblocked', 'sorted', 'redeemed', 'confirmed', 'unconfirmed', 'approved', 'disapproved', 'marked-bad', 'marked-good',
      'allowed', 'disallowed', 'line-held', 'line-released'
    ) then 'kind_must_be_known'
    when not deploy_queue._is_printable(event.reason, 0, 4000) then 'note_or_reason_must_be_0_to_4000_printable_characters'
  end;
end;
$$;
