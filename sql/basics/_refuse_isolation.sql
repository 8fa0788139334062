-- Refuses a transaction that may not see what others have committed: whatever it decided, it could be wrong.
-- Called by _lock_cell and try_start when the level of isolation is not READ COMMITTED.
create or replace function deploy_queue._refuse_isolation() returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception using
    errcode = 'QD011',
    message = format('deployments cannot be changed in a %s transaction: it may not see who is in the cell',
      current_setting('transaction_isolation')),
    hint = format('Begin the transaction with ISOLATION LEVEL READ COMMITTED. Where another level is the default: alter role %I set default_transaction_isolation = ''read committed''.',
      session_user);
end;
$$;
