-- Gives a freeze another reason or end.
-- Called by operators; a plain UPDATE of reason and expires_at does the same.
create or replace function deploy_queue.edit_freeze(
  freeze_id integer,
  reason text default null,
  expires_at timestamptz default null,
  without text[] default '{}'
) returns deploy_queue.freezes
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_freeze deploy_queue.freezes := deploy_queue._freeze(edit_freeze.freeze_id);
begin
  update deploy_queue.freezes
  set reason = coalesce(edit_freeze.reason, freezes.reason),
    expires_at = case when 'expires_at' <> all (edit_freeze.without) then coalesce(edit_freeze.expires_at, freezes.expires_at) end
  where freezes.id = v_freeze.id
  returning freezes.* into v_freeze;
  return v_freeze;
end;
$$;

comment on function deploy_queue.edit_freeze(integer, text, timestamptz, text[]) is
  'Gives a freeze another reason or end, and returns it; what is null stays as it is. without: {expires_at} lets it last until it is lifted. One that was lifted is refused.';
