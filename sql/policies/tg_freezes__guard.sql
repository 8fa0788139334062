-- Stamps a freeze with its owner and the clock of the database, and lets nothing of it change but its reason, its end and what it lets through.
-- Fires for every INSERT into freezes and every UPDATE.
create or replace function deploy_queue.tg_freezes__guard() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_changeable constant text[] := array['reason', 'expires_at', 'lifted_at', 'lifted_by', 'allow_ids', 'has_expired'];
begin
  if tg_op = 'INSERT' then
    new.environment := btrim(new.environment);
    new.cloud_provider := btrim(new.cloud_provider);
    new.region := btrim(new.region);
    perform deploy_queue._require_right(new.environment);
    perform deploy_queue._require_environment(new.environment);
    if new.allow_role is not null then
      perform deploy_queue._require_role('allow_role', new.allow_role);
    end if;
    if coalesce(new.cloud_provider, new.region, new.cell_index::text) is not null and not exists (
      select from deploy_queue.cells
      where cells.retired_at is null
        and deploy_queue._covers(new, cells.environment, cells.cloud_provider, cells.region, cells.cell_index)
    ) then
      raise warning using
        errcode = '01DQ1',
        message = concat_ws('; ', format('%s has no cell so far', deploy_queue._one_line(deploy_queue._freeze_label(new))),
          'there are ' || deploy_queue._nearest_cells(new.environment, new.cloud_provider, new.region, new.cell_index));
    end if;
    new.owner := deploy_queue._actor();
    new.created_at := deploy_queue._now();
    new.lifted_at := null;
    new.lifted_by := null;
    return new;
  end if;

  if old.lifted_at is not null or to_jsonb(new) - v_changeable is distinct from to_jsonb(old) - v_changeable then
    raise exception using
      errcode = 'QD025',
      message = format('freeze %s %s', old.id,
        case when old.lifted_at is null then 'can only be lifted, let a deployment through, or have another reason and end' else 'was lifted already' end),
      hint = 'Place another one.';
  end if;
  if old.has_expired and new.lifted_at is null then
    -- A later end lets it hold again.
    new.has_expired := coalesce(new.expires_at <= deploy_queue._now(), false);
  end if;
  if new.lifted_at is not null then
    new.lifted_at := deploy_queue._now();
    new.lifted_by := deploy_queue._actor();
  end if;
  return new;
end;
$$;

create or replace trigger tg_freezes__guard
before insert or update on deploy_queue.freezes
for each row execute function deploy_queue.tg_freezes__guard();
