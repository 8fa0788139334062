-- Whether the area of a freeze covers a cell. Called by the rule, the wake-ups and the checks of history; PostgreSQL writes the body into the
-- caller, whose index serves it.
create or replace function deploy_queue._covers(
  placed deploy_queue.freezes,
  environment text,
  cloud_provider text,
  region text,
  cell_index integer
) returns boolean
language sql immutable parallel safe
return placed.environment = _covers.environment
  and (placed.cloud_provider is null or placed.cloud_provider = _covers.cloud_provider)
  and (placed.region is null or placed.region = _covers.region)
  and (placed.cell_index is null or placed.cell_index = _covers.cell_index);
