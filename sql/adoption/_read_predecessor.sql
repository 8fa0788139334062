-- Copies the deployments of the predecessor, as they would be adopted, to the temporary table adopted_deployments: free text
-- in one line, null for the empty string, timestamps in their order. Called by preview_adoption.
create or replace function pg_temp._read_predecessor() returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_more_than_ascii constant text := '[^ -~]';
  v_count bigint;
begin
  if not exists (
    select
    from pg_class
    join pg_attribute on pg_attribute.attrelid = pg_class.oid
    where pg_class.oid = to_regclass('public.deployments')
      and pg_class.relkind = 'r'
      -- The last migration of the predecessor added this column.
      and pg_attribute.attname = 'heartbeat_timestamp'
  ) then
    raise exception using
      errcode = 'QD013',
      message = case when to_regclass('deploy_queue_predecessor.deployments') is null
        then 'there is nothing to adopt: public.deployments is not the table of the predecessor after its last migration'
        else 'the predecessor has been adopted already' end,
      hint = 'Run this in the database of the predecessor; its tables are expected in the schema public.';
  end if;

  -- Without IF EXISTS, which would send a notice that there is none.
  if to_regclass('pg_temp.adopted_deployments') is not null then
    drop table pg_temp.adopted_deployments;
  end if;
  create temporary table adopted_deployments on commit drop as
  select
    old.id, old.environment::text as environment, old.cloud_provider::text as cloud_provider, old.region::text as region,
    old.cell_index, old.component::text as component, nullif(old.version::text, '') as version, line.url, line.note,
    nullif(old.concurrency_key::text, '') as concurrency_key, old.start_timestamp, moment.finish_timestamp,
    moment.cancellation_timestamp, line.cancellation_note, old.heartbeat_timestamp, moment.created_at, old.updated_at,
    (line.url, line.note, line.cancellation_note) is distinct from (old.url, old.note, old.cancellation_note) as has_new_text,
    (moment.created_at, moment.finish_timestamp, moment.cancellation_timestamp)
      is distinct from (old.created_at, old.finish_timestamp, old.cancellation_timestamp) as has_new_moment
  from public.deployments as old
  cross join lateral (
    -- What is no address of a page becomes a part of the note.
    select case when is_page then url end as url,
      case when is_page is false then concat_ws('; ', note, url) else note end as note,
      cancellation_note
    from (
      -- A text of plain letters has nothing to mend: the question costs a third of the answer.
      select case when old.url ~ v_more_than_ascii then deploy_queue._one_line(old.url) else old.url end as url,
        old.url ~* '^(https?://|$)' as is_page,
        case when old.note ~ v_more_than_ascii then deploy_queue._one_line(old.note) else old.note end as note,
        case when old.cancellation_note ~ v_more_than_ascii then deploy_queue._one_line(old.cancellation_note)
          else old.cancellation_note end as cancellation_note
      offset 0
    ) as text
  ) as line
  cross join lateral (
    select
      least(old.created_at, old.start_timestamp, old.cancellation_timestamp) as created_at,
      case when old.finish_timestamp is not null then greatest(old.finish_timestamp, old.start_timestamp) end
        as finish_timestamp,
      case when old.cancellation_timestamp is not null then greatest(old.cancellation_timestamp, old.start_timestamp) end
        as cancellation_timestamp
  ) as moment;
  get diagnostics v_count = row_count;
  raise notice 'read % deployments of the predecessor', v_count;
end;
$$;
