-- What types, tables and their columns mean, and those of their defaults and constraints that call functions. The rest of them is in
-- migrations/.

comment on schema deploy_queue is 'The line that decides which deployment may touch which cell, and when.';
comment on type deploy_queue.availability is
  'Since when the database takes heartbeats: its start or promotion, and the last two returns of its writes.';
comment on type deploy_queue.blocker is
  'A blocker in the JSON of a forecast: kind (running, verifying, stopping, buffer, queued), since when it has been so, how long it usually takes, until when it will be so, who has asked it to stop, since when it has sent no heartbeat and when it will be reaped for that, since when it runs without a keeper, once that is too long, and since when it may start and does not, where nobody keeps it. In the order in which jsonb stores its keys, which need not be sorted then.';
comment on type deploy_queue.cancellation_kind is 'How a deployment was cancelled.';
comment on type deploy_queue.caller is
  'Who acts: the principal, the roles whose rights count, and the environments that it may change; null is all.';
comment on type deploy_queue.deployment_status is
  'Where a deployment is in its life. Derived from its columns, never stored; pending occurs in latest-version views only. For a rule to come: rejected.';
comment on type deploy_queue.hold is
  'Until it is released, a deployment stands outside the line, or keeps its place in-line, and those behind it wait.';
comment on type deploy_queue.forecast is
  'Where a queued deployment stands: position (1 is next), when it will likely start (null: unknown), whether a blocker takes longer than usual, how many blockers there are, the first ten of them, the moment of all this, since when it is idle: it may start, does not, and nobody keeps it; how many slots the cell has; and how many of them its component may take, where those are what it waits for.';
comment on type deploy_queue.promotion_cells is
  'Where a version must have finished: in the same region, in any cell, or in all cells that are not retired.';
comment on type deploy_queue.reason is
  'Why a deployment has to wait: kind (hold, schedule, window, freeze, withdrawn, agent, running, verifying, stopping, buffer, queued), text for people, when it ends if that is known, its blocker, and the calls of which each would lift it.';
comment on type deploy_queue.gate is
  'A gate of a deployment: kind (confirmation, approval, promotion, check), whether it is open, text for people, and, while it is shut, when it opens if that is known, and the calls of which each would open it. In a checklist also a reason to wait, with its blocker.';
comment on type deploy_queue.policies is 'What an environment demands of its deployments at a moment.';

comment on table deploy_queue.environments is 'The environments that deployments may go to, and the policies of each.';
comment on column deploy_queue.environments.environment is 'Name, such as dev or prod.';
comment on column deploy_queue.environments.buffer_time is 'How long a cell cools down after a deployment finished.';
comment on column deploy_queue.environments.heartbeat_timeout is 'A deployment whose heartbeats stopped for this long is reaped.';
comment on column deploy_queue.environments.has_closed_cells is 'Whether only cells that were added may be deployed to.';
comment on column deploy_queue.environments.is_adopted is 'Whether it came with the predecessor''s database: then its name may be any.';
comment on column deploy_queue.cells.is_adopted is 'Whether it came with the predecessor''s database: then its names may be any.';
comment on column deploy_queue.cells.retired_at is 'When it was retired: no deployment enters its line from then on.';
comment on column deploy_queue.environments.ordering is
  'sequential: all waiting deployments run, in order. latest: of those of a component only the newest stays. latest-ready: the newest that is not reserved goes first, and those before it are superseded when it starts.';
comment on column deploy_queue.environments.slots is 'How many deployments without a common key may run in a cell at once.';
comment on column deploy_queue.environments.hold_after_failure is
  'Whether the line of a cell stops when a deployment has failed there, until release_line().';
comment on column deploy_queue.environments.log is 'Whether what commands print is kept without being asked for.';
comment on column deploy_queue.environments.log_limit is 'How many bytes are kept of the output of a deployment: half from its beginning, half from its end.';
comment on column deploy_queue.environments.log_retention is 'How long logs are kept after the end of their deployment.';
comment on column deploy_queue.environments.refuse_outdated is
  'Whether nothing starts with a lower sequence than what has started of its component in the cell.';
comment on column deploy_queue.environments.max_reservation is 'For how long a place may be reserved.';
comment on column deploy_queue.cells.slots is 'Slots of this cell; null is as many as the environment says.';
comment on type deploy_queue.ordering is 'In which order the waiting deployments of a component run, and whether all do.';
comment on table deploy_queue.component_policies is
  'What a component demands otherwise than its environment; null is what the environment demands.';
comment on column deploy_queue.component_policies.component is 'Name.';
comment on column deploy_queue.component_policies.slots is 'How many slots of a cell it may take at once; null is all.';
comment on table deploy_queue.components is 'The names that components have had, so that another spelling of one is noticed.';
comment on column deploy_queue.components.component is 'Name.';
comment on column deploy_queue.components.is_adopted is 'Whether it came with the predecessor''s database: then it may be any.';
comment on column deploy_queue.environments.unkept_after is
  'A deployment that runs without a keeper for longer is told of as one that needs a look.';
comment on column deploy_queue.environments.max_duration is
  'A deployment that runs for longer is reaped, unless it brought a limit of its own; null is no limit.';
comment on column deploy_queue.environments.retention is 'How long deployments are kept after their end; null keeps them for ever.';

comment on table deploy_queue.cells is
  'What deployments change, with one line each. A row appears with the first deployment to a cell and stays.';
comment on column deploy_queue.cells.id is 'Key of the advisory lock that serialises decisions in this cell.';
comment on column deploy_queue.cells.environment is 'Name of the environment, such as prod.';
comment on column deploy_queue.cells.cloud_provider is 'Cloud provider, such as aws.';
comment on column deploy_queue.cells.region is 'Region, such as us-west-2.';
comment on column deploy_queue.cells.cell_index is 'Index of the cell in its region, 0 or more.';

comment on table deploy_queue.deployments is
  'One row a deployment: a place in the line of its cell. The order of ids is the order of the line.';
comment on column deploy_queue.deployments.id is 'Place in the line; drawn under the lock of the cell, never given by a client.';
comment on column deploy_queue.deployments.environment is 'Name of the environment, such as prod.';
comment on column deploy_queue.deployments.cloud_provider is 'Cloud provider, such as aws.';
comment on column deploy_queue.deployments.region is 'Region, such as us-west-2.';
comment on column deploy_queue.deployments.cell_index is 'Index of the cell in its region, 0 or more.';
comment on column deploy_queue.deployments.component is 'What is deployed.';
comment on column deploy_queue.deployments.version is 'Which version of it.';
comment on column deploy_queue.deployments.url is 'Page of the job or person who deploys.';
comment on column deploy_queue.deployments.note is 'Free text for people.';
comment on column deploy_queue.deployments.concurrency_key is 'Deployments with the same key may run side by side.';
comment on column deploy_queue.deployments.start_timestamp is 'When it was let in; stamped by the database.';
comment on column deploy_queue.deployments.finish_timestamp is
  'When it ended well; the buffer begins here. Stamped by the database.';
comment on column deploy_queue.deployments.cancellation_timestamp is 'When it was cancelled or reaped. Stamped by the database.';
comment on column deploy_queue.deployments.cancellation_note is 'Why it was cancelled.';
comment on column deploy_queue.deployments.heartbeat_timestamp is
  'Last proof that its keeper is alive; null when none were promised, and then it is never reaped.';
comment on column deploy_queue.deployments.created_at is 'When it entered the line.';
comment on column deploy_queue.deployments.updated_at is 'When the row last changed, heartbeats aside.';
comment on column deploy_queue.deployments.cell_id is 'The cell of environment, cloud_provider, region and cell_index; filled in.';
comment on column deploy_queue.deployments.max_duration is
  'It is reaped when it runs for longer; null is the limit of the environment.';
comment on column deploy_queue.deployments.idempotency_key is
  'Chosen by the client: entering the line again with the same key, by the same role and for the same work, gives the same deployment.';
comment on column deploy_queue.deployments.forced is
  'Whether an operator started it past the rules; the event "bypassed" says who and why.';
comment on column deploy_queue.deployments.place is
  'Where it stands among those of its priority, when that is not its id: drawn when it is released into the line.';
comment on column deploy_queue.deployments.priority is 'The line is ordered by priority, highest first, then by place.';
comment on column deploy_queue.deployments.hold is 'How it waits until it is released; null: it is not on hold.';
comment on column deploy_queue.deployments.release_key is
  'Drawn by the client that released it: asking again after a lost answer gets the same answer.';
comment on column deploy_queue.deployments.not_before is 'It does not start before this moment, and lets others pass until then.';
comment on column deploy_queue.deployments.not_after is 'When it has not started by this moment it is cancelled.';
comment on column deploy_queue.deployments.command is 'The command that its release runs: program and arguments.';
comment on column deploy_queue.deployments.entered_by is 'The principal that entered it: the database role that logged in.';
comment on column deploy_queue.deployments.actor is
  'Who entered it, as the client says: the setting deploy_queue.actor, else the role.';
comment on column deploy_queue.deployments.keeper is
  'The name that its keeper has drawn for itself; another process with the same idempotency key takes over by another name. While it waits for agents, it is "target" and the name of their target.';
comment on column deploy_queue.deployments.alive_until is
  'The end of the lease: until then its keeper counts as alive. Null: it has no keeper, and is never reaped.';
comment on column deploy_queue.deployments.stop_timestamp is
  'When its keeper was asked to end the work; it holds the cell until that has ended.';
comment on column deploy_queue.deployments.stop_grace is
  'Within how long its keeper ends the work when it is asked to; null: it cannot.';
comment on column deploy_queue.deployments.cancellation_kind is
  'How it was cancelled: cancelled (at once), forced, stopped (its keeper confirmed), reaped (without its keeper), failed (its work), rejected (before the line), gave-way (it closed a circle of waits), superseded (by a newer one of its component), outdated (a newer one has started).';
comment on column deploy_queue.deployments.parent_id is 'The deployment whose work it is a part of.';
comment on column deploy_queue.deployments.joined_id is 'The deployment in whose hold it runs.';
comment on column deploy_queue.deployments.via_old_names is
  'Whether it entered by the old names, which programs of the predecessor use: they keep the order of the ids.';
comment on column deploy_queue.deployments.slot is
  'Which of the slots of its cell it takes: drawn at its start, 1 until then. Deployments with a common key share one.';
comment on column deploy_queue.deployments.sequence is
  'A run number: the deployments of a component stand in its order, among those with the same sequence_scope and priority.';
comment on column deploy_queue.deployments.sequence_scope is 'What sequence counts, such as the runs of a workflow.';
comment on column deploy_queue.deployments.artifact is 'What is deployed, such as a digest.';
comment on column deploy_queue.deployments.reserved_until is
  'Until then it keeps its place without being ready; null: it was not reserved, or was redeemed.';
comment on column deploy_queue.deployments.rollback_of is 'The deployment of its component from which it goes back.';
comment on column deploy_queue.deployments.confirmation is 'The phrase that was brought for it, as its environment demands.';
comment on column deploy_queue.deployments.verifying_since is 'Since when its work is done and is being checked.';
comment on column deploy_queue.deployments.verified_at is
  'When it finished and its keeper said that it had been verified; null: nobody said so.';
comment on column deploy_queue.deployments.kept is
  'Whether heartbeats have ever been sent for it: its keeper may sleep until it has ended.';

comment on table deploy_queue.component_lines is
  'Private: waiting deployments of a component that are compared by sequence, in their order, and the places that they hold together.';
comment on table deploy_queue.started_sequences is
  'Private: the sequence that has started last, of each component and scope in a cell.';

comment on table deploy_queue.finished_versions is
  'When a version first finished, of each component and artifact in a cell: what pruning keeps of the deployments that it removes.';
comment on column deploy_queue.finished_versions.artifact is 'Empty where none was named.';

comment on table deploy_queue.bad_versions is 'Versions that are not to be deployed any more. Written by mark_bad() and mark_good().';
comment on column deploy_queue.bad_versions.environments is 'Where it counts; null: everywhere.';
comment on column deploy_queue.bad_versions.owner is 'Who has marked it.';

comment on table deploy_queue.deployment_events is
  'Append-only: one row for each transition of a deployment, and for what went around the queue or changed its policies.';
comment on column deploy_queue.deployment_events.deployment_id is
  'Null for what has none: a deployment around the queue, a changed policy.';
comment on column deploy_queue.deployment_events.occurred_at is
  'The timestamp that the transition left on the deployment, else when it was recorded.';
comment on column deploy_queue.deployment_events.kind is
  'enqueued, released (from a hold), redeemed (a reservation), approved and disapproved (by others), sorted (before others of its component, by its sequence), prioritized (given another priority), refused (the first time it was told to wait), woken (told that its turn has come or when it comes), started, verifying (its work is done and is being checked), stopping (its keeper was asked to end the work), finished, cancelled, failed (its work), rejected (it never entered the line), confirmed and unconfirmed (with the phrase that its environment demands, or without it), reaped (cancelled without its keeper: its lease was over, it ran too long or it came too late), outlier (first seen to take longer than usual), bypassed (the rules or the queue), allowed (through a freeze), line-held (its cell starts nothing else until somebody looks), line-released, configured (policies of an environment), locked (a session that is none of the queue holds a lock of it), unblocked (an operator has ended a session that held up the queue), marked-bad (a version was withdrawn), marked-good (that was taken back).';
comment on column deploy_queue.deployment_events.from_state is 'Null for what came from nowhere or is no transition.';
comment on column deploy_queue.deployment_events.to_state is 'Null for what is no transition.';
comment on column deploy_queue.deployment_events.actor is
  'Who acted, as the client says: the setting deploy_queue.actor where it made one, else the principal.';
comment on column deploy_queue.deployment_events.principal is
  'The database role that logged in, or for whom a server called; the database says so, not the client.';
comment on column deploy_queue.deployment_events.verified_subject is 'The sub of the token for which a server called; no client sets it.';
comment on column deploy_queue.deployment_events.verified_run is 'The run and the job that the token was of.';
comment on column deploy_queue.deployment_events.verified_commit is 'The commit that the token was of.';
comment on column deploy_queue.deployment_events.client_port is
  'Of the connection; with client_address and backend_pid it finds the session in the log of the server.';
comment on column deploy_queue.deployment_events.backend_pid is 'The process of the server that served the client.';
comment on column deploy_queue.deployment_events.reason is
  'The cancellation note; why it was refused or bypassed; which policies changed, from what to what.';
comment on column deploy_queue.deployment_events.detail is
  'The facts that reason puts into words: after_the_fact; priority, before and why; table, change and changes of policies.';
comment on column deploy_queue.deployment_events.environment is
  'Where, for an event without a deployment, as are the columns that follow.';
comment on column deploy_queue.deployment_events.cloud_provider is 'Cloud provider of what went around the queue.';
comment on column deploy_queue.deployment_events.region is 'Region of what went around the queue.';
comment on column deploy_queue.deployment_events.cell_index is 'Cell of what went around the queue.';
comment on column deploy_queue.deployment_events.component is 'What went around the queue.';
comment on column deploy_queue.deployment_events.version is 'Which version of it.';
comment on column deploy_queue.deployment_events.url is 'Page of the job or person who went around the queue.';

comment on table deploy_queue.deployment_logs is
  'Private: what the work of deployments has printed. Written by append_log(), read by logs() and the view deployment_log.';

comment on table deploy_queue.checks is 'Append-only: what pipelines have found about a version of a component. The newest of a name counts.';
comment on column deploy_queue.checks.name is 'Name of the check, as environments.require_checks has it.';
comment on column deploy_queue.checks.expires_at is 'Until when it counts; null: until the next report.';
comment on column deploy_queue.checks.principal is 'The database role that reported it.';
comment on column deploy_queue.checks.actor is 'Who reported it, as the client says.';

comment on table deploy_queue.approvals is
  'Append-only: who has approved or disapproved which deployment. An approval counts for the version and the artifact that it names.';
comment on column deploy_queue.approvals.kind is 'approve, or disapprove, which cancels the deployment.';
comment on column deploy_queue.approvals.principal is 'The database role that logged in.';
comment on column deploy_queue.approvals.actor is 'Who that was, as the client says.';
comment on column deploy_queue.approvals.version is 'That of the deployment at that moment, as is artifact.';

comment on table deploy_queue.deployment_durations is
  'How long deployments of a component take in a cell: the last 100 that finished within 3 months. Kept right by every finish.';
comment on column deploy_queue.deployment_durations.stddev_duration is 'Sample standard deviation; null for a single sample.';
comment on column deploy_queue.deployment_durations.first_finish_timestamp is
  'No sample is older; when it is older than 3 months, the group is measured anew.';
comment on column deploy_queue.deployment_durations.last_finish_timestamp is 'The newest sample; after 3 months there is none.';
comment on column deploy_queue.deployment_durations.seconds is 'The samples in seconds, the newest first.';

comment on table deploy_queue.freezes is
  'Places in which nothing starts: an environment, a provider or region of it, or one cell. Running deployments go on.';
comment on column deploy_queue.freezes.cloud_provider is 'Null: all of the environment.';
comment on column deploy_queue.freezes.region is 'Null: all of the provider.';
comment on column deploy_queue.freezes.cell_index is 'Null: all of the region.';
comment on column deploy_queue.freezes.reason is 'Shown to those who wait for its end.';
comment on column deploy_queue.freezes.owner is 'Who placed it.';
comment on column deploy_queue.freezes.allow_key is 'Of those that allow_role has entered, only deployments with this concurrency key pass.';
comment on column deploy_queue.freezes.allow_actor is 'Deployments of this actor pass, which is what a client says of itself.';
comment on column deploy_queue.freezes.allow_role is 'Deployments entered by a member of this database role pass.';
comment on column deploy_queue.freezes.expires_at is 'When it ends by itself; null: when it is lifted.';
comment on column deploy_queue.freezes.lifted_at is 'When it was lifted.';
comment on column deploy_queue.freezes.lifted_by is 'Who did.';
comment on column deploy_queue.freezes.has_expired is 'Whether a worker has noted that it has ended by itself.';
comment on column deploy_queue.freezes.allow_ids is 'Deployments that pass. Written by allow_through_freeze() and disallow_through_freeze().';

comment on table deploy_queue.line_holds is
  'Private: cells whose line is stopped until release_line(), by hand or after a failure.';

comment on table deploy_queue.maintenance_windows is
  'When deployments of an environment may start. Without a window for it: always.';
comment on column deploy_queue.maintenance_windows.days is
  'Days on which it opens, by the calendar of the zone: 1 is Monday, 7 Sunday.';
comment on column deploy_queue.maintenance_windows.opens_at is 'Time of the day in the zone.';
comment on column deploy_queue.maintenance_windows.closes_at is
  'Time of the day in the zone; when that is before opens_at, of the next day.';
comment on column deploy_queue.maintenance_windows.zone is 'Such as Europe/Berlin, with its daylight saving.';

comment on table deploy_queue.timelines is 'Since when each server of this database was the one that writes: a promotion begins another timeline.';
comment on column deploy_queue.timelines.timeline is 'As in the names of WAL files.';
comment on column deploy_queue.timelines.since is 'When that was noticed; -infinity for the first one.';

comment on type deploy_queue.access is
  'What the bearer of a secret may: the privileges of a role of the queue, and the environments, components, cells and functions that it is limited to; null is all.';
comment on table deploy_queue.tokens is 'Secrets that let callers of a server in. Written by create_token() and revoke_token().';
comment on column deploy_queue.tokens.name is 'What it is known as.';
comment on column deploy_queue.tokens.hash is 'The SHA-256 of the secret.';
comment on column deploy_queue.tokens.kind is 'Whose privileges it gives: reader, approver, checker, agent, deployer or operator.';
comment on column deploy_queue.tokens.environments is 'The only ones that it may change; null is all.';
comment on column deploy_queue.tokens.components is 'The only ones that it may change; null is all.';
comment on column deploy_queue.tokens.functions is 'The only ones that it may call; null is all that its kind may.';
comment on column deploy_queue.tokens.created_by is 'Who made it.';
comment on column deploy_queue.tokens.created_at is 'When it was made.';
comment on column deploy_queue.tokens.expires_at is 'When it ends by itself; null is never.';
comment on column deploy_queue.tokens.used_at is 'When it was used last, right to the hour.';
comment on column deploy_queue.tokens.revoked_at is 'When it was ended.';

comment on table deploy_queue.trusts is
  'Whose tokens are exchanged for sessions: the issuer, the audience and the claims of the tokens, and what a session may. Written by add_trust() and remove_trust().';
comment on column deploy_queue.trusts.provider is 'github, gitlab, oidc for any other CI system, or people.';
comment on column deploy_queue.trusts.claims is 'What a token must say, claim by claim, exactly.';
comment on column deploy_queue.trusts.run_claims is 'The claims by which one run is told from another.';
comment on column deploy_queue.trusts.job_claims is 'The claims by which one job of a run is told from another.';
comment on table deploy_queue.sessions is
  'Private: what the bearers of trusted tokens got for them. Written by create_session().';
comment on column deploy_queue.sessions.principal is 'The run: it owns what it enters.';
comment on column deploy_queue.sessions.run is 'The run and the job that the token was of.';
comment on column deploy_queue.sessions.person is 'The name of the person who has signed in.';

comment on table deploy_queue.webhooks is
  'Private, since it holds secrets: who is told over HTTP. Written by add_webhook(), rotate_webhook() and remove_webhook().';
comment on table deploy_queue.webhook_outbox is
  'Private: events of which webhooks may have to be told, written in the transaction of the event.';
comment on table deploy_queue.webhook_messages is
  'Private: what webhooks are to be told, and what has become of that. The view webhook_deliveries shows it.';

comment on table deploy_queue.tied_roles is 'Roles that may change some environments only. Written by grant_role() and revoke_role().';
comment on column deploy_queue.tied_roles.role is 'Its number, which it keeps when it is renamed.';
comment on column deploy_queue.tied_roles.environments is 'Those that it may change.';

comment on table deploy_queue.kept_turns is
  'Private: when the turns of the heads of lines came before a policy changed, until the statement that changes it ends.';
comment on table deploy_queue.writes is 'When the database took signs of life: the row with the newest seen_at counts.';
comment on column deploy_queue.writes.seen_at is 'When one was last noted, at most every 10 seconds.';
comment on column deploy_queue.writes.back_since is 'When the first one came after more than a minute without any.';
comment on column deploy_queue.writes.back_before is 'The same, once before.';

comment on table deploy_queue.agents is 'Processes that run the commands of others, and when each was last there.';
comment on table deploy_queue.targets is 'Where agents run commands: a component in a cell, known by its name or by its directories.';
comment on table deploy_queue.agent_targets is 'Which agent serves which target.';
comment on table deploy_queue.work is
  'What agents are to do for deployments: the commands, where they run, and which agent has taken them.';
comment on table deploy_queue.workers is 'Background workers and when each was last seen; nothing depends on there being any.';

do $$
declare
  v_table text;
begin
  -- Only what is missing is added: a change of a table takes a lock for which other sessions wait.
  if not exists (
    select from pg_attrdef
    join pg_attribute on pg_attribute.attrelid = pg_attrdef.adrelid and pg_attribute.attnum = pg_attrdef.adnum
    where pg_attrdef.adrelid = 'deploy_queue.deployment_events'::regclass and pg_attribute.attname = 'actor'
  ) then
    alter table deploy_queue.deployment_events
      alter column occurred_at set default deploy_queue._now(),
      alter column actor set default deploy_queue._actor(),
      alter column principal set default deploy_queue._principal();
  end if;

  if not exists (select from pg_policy where pg_policy.polrelid = 'deploy_queue.deployments'::regclass) then
    foreach v_table in array array['deployments', 'environments', 'freezes', 'maintenance_windows'] loop
      execute format('create policy all_may_be_read on deploy_queue.%I for select using (true)', v_table);
      execute format('create policy the_right_is_asked_for on deploy_queue.%I for insert with check (deploy_queue._require_right(environment))', v_table);
      execute format('create policy the_right_is_asked_first on deploy_queue.%I for update using (deploy_queue._require_right(environment)) with check (deploy_queue._require_right(environment))', v_table);
      execute format('create policy the_right_is_asked_before on deploy_queue.%I for delete using (deploy_queue._require_right(environment))', v_table);
      execute format('alter table deploy_queue.%I enable row level security', v_table);
    end loop;
  end if;

  if not exists (
    select from pg_constraint
    where pg_constraint.conrelid = 'deploy_queue.deployments'::regclass and pg_constraint.conname = 'a_deployment_has_no_flaw'
  ) then
    alter table deploy_queue.deployments
      add constraint a_deployment_has_no_flaw check (deploy_queue._refuse_flaw(deploy_queue._flaw_of_deployment(deployments)));
  end if;
end;
$$;

-- PostgreSQL takes a small table that was never analysed for one of many rows, and analyses no table before fifty changes.
do $$
declare
  v_table regclass;
begin
  for v_table in
    select pg_class.oid::regclass from pg_class
    where pg_class.relnamespace = 'deploy_queue'::regnamespace and pg_class.relkind = 'r'
      and pg_class.relname not in ('deployments', 'deployment_events')
  loop
    if not exists (select from pg_class where pg_class.oid = v_table and 'autovacuum_analyze_threshold=5' = any (pg_class.reloptions)) then
      execute format('alter table %s set (autovacuum_analyze_threshold = 5)', v_table);
    end if;
    execute format('analyze %s', v_table);
  end loop;
end;
$$;

-- A promotion from now on is noticed, and so is a time without writes.
do $$ begin perform deploy_queue._note_write(); end $$;
