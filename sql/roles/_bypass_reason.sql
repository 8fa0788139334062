-- Why the acting role starts past the rules: the setting deploy_queue.bypass_reason of an operator or the owner; null otherwise.
-- Called by try_start, the triggers of deployments and the event that they leave.
create or replace function deploy_queue._bypass_reason() returns text
language plpgsql stable
-- Only functions with a search_path of their own call it: setting it once more costs as much as a short function.
as $$
declare
  v_reason text := nullif(trim(current_setting('deploy_queue.bypass_reason', true)), '');
begin
  if v_reason is not null and deploy_queue._is_operator() then
    -- A line break becomes a space: an error would only delay an operator in an emergency.
    return nullif(trim(deploy_queue._one_line(v_reason)), '');
  end if;
  return null;
end;
$$;
