-- Whether a cell still cools down after a deployment. A finish further ahead than the buffer, after the clock was set back, counts as over.
-- Called by _status and the trigger of events; PostgreSQL writes the body into the caller.
create or replace function deploy_queue._cools_down(finished_at timestamptz, buffer_time interval, now timestamptz) returns boolean
language sql stable parallel safe
return finished_at > now - buffer_time and finished_at < now + buffer_time;
