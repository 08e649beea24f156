"""The faults that the design of the engine names."""

from __future__ import annotations

from typing import Final

from tests.mutations.mutant import Mutant

RACES: Final = "tests/races/test_"

FAULTS: Final = (
    Mutant(
        name="lock-against-foreign-keys",
        why="whoever writes a row that points at the run waits for the one who steers it, and may wait in a circle",
        file="executions/claims.py",
        old="WHERE id = %s FOR NO KEY UPDATE",
        new="WHERE id = %s FOR UPDATE",
        killers=(f"{RACES}rescues.py::test_calls_of_a_lost_step_are_noted_while_somebody_steers_the_run",),
    ),
    Mutant(
        name="no-fence",
        why="a zombie writes its result over that of the worker that took over",
        file="executions/claims.py",
        old="AND s.fence = %(fence)s::bigint",
        new="AND %(fence)s::bigint IS NOT NULL",
        killers=(f"{RACES}rescues.py::test_a_worker_that_comes_too_late_cannot_write_for_the_one_that_took_over",),
    ),
    Mutant(
        name="gate-ignores-pause",
        why="what comes after a step that ends during a pause starts",
        file="executions/services/settling.py",
        old="gate = StepStatus.HELD if run_status == ExecutionStatus.PAUSED else StepStatus.READY",
        new="gate = StepStatus.READY",
        killers=(f"{RACES}pausing.py::test_a_result_that_meets_a_pause_is_recorded_and_its_successor_is_held",),
    ),
    Mutant(
        name="no-lock-of-the-run",
        why="two parents of a join read the same counter, and nobody begins the join",
        file="executions/claims.py",
        old="WHERE id = %s FOR NO KEY UPDATE",
        new="WHERE id = %s",
        killers=(
            f"{RACES}joins.py::test_two_parents_at_once_begin_a_join_of_any_once",
            f"{RACES}retries.py::test_of_two_retries_of_a_step_one_is_accepted",
        ),
    ),
    Mutant(
        name="sweeper-does-not-look-again",
        why="a lease that was renewed while the ticker looked is taken away",
        file="executions/claims.py",
        old="OR s.lease_expires_at < naryad_now())",
        new="OR s.lease_expires_at IS NOT NULL)",
        killers=(f"{RACES}rescues.py::test_a_lease_that_is_renewed_while_the_ticker_looks_is_not_taken_away",),
    ),
    Mutant(
        name="retry-without-lock",
        why="two retries of a step are both accepted",
        file="executions/services/retrying.py",
        old="status = claims.lock_execution(execution_id)",
        new="status = Execution.objects.values_list('status', flat=True).get(id=execution_id)",
        killers=(f"{RACES}retries.py::test_of_two_retries_of_a_step_one_is_accepted",),
    ),
    Mutant(
        name="stop-leaves-running",
        why="a step that runs when its run is stopped writes its result after the acknowledgement",
        file="executions/services/control.py",
        old="transitions.cancel(execution_id, running=True)",
        new="transitions.cancel(execution_id, running=False)",
        killers=(f"{RACES}stopping.py::test_a_result_that_comes_after_the_stop_is_thrown_away",),
    ),
    Mutant(
        name="no-second-ring",
        why="a step whose bell was lost waits for ever",
        file="executions/ticker.py",
        old='        Rule("ring_again", 1.0, sweeps.ring_again),\n',
        new="",
        killers=(f"{RACES}clockwork.py::test_one_tick_does_everything_that_has_waited_for_the_clock",),
    ),
    Mutant(
        name="heartbeat-without-fence",
        why="a zombie keeps the lease of the worker that took over alive, even when that one is dead",
        file="executions/lease.py",
        old="JOIN mine ON mine.id = s.id AND mine.fence = s.fence",
        new="JOIN mine ON mine.id = s.id",
        killers=(f"{RACES}rescues.py::test_a_heartbeat_cannot_renew_what_somebody_else_has_claimed_since",),
    ),
    Mutant(
        name="commit-unknown-runs-the-node-again",
        why="a node with an effect outside has it twice",
        file="executions/runner.py",
        old="            recorded = None if report is None else settle_surely(report)\n",
        new="""            try:
                recorded = None if report is None else settle(report)
                failpoints.reach("finish.commit_unknown")
            except (OperationalError, InterfaceError):
                connection.close()
                report = _run(claimed, graph, node, carried, lease, continue_on)
                recorded = None if report is None else settle_surely(report)
""",
        killers=(
            f"{RACES}lost_answers.py::test_a_result_whose_commit_is_not_answered_is_not_written_twice",
            f"{RACES}lost_answers.py::test_a_result_whose_connection_dies_before_it_is_sent_is_written_by_a_second_one",
        ),
    ),
    Mutant(
        name="skip-is-not-passed-on",
        why="what comes after a skipped step waits for ever",
        file="executions/engine/planner.py",
        old="                self.end(place, frozenset())\n",
        new="",
        killers=(f"{RACES}joins.py::test_two_dead_branches_at_once_skip_everything_after_them_once",),
    ),
    Mutant(
        name="delivery-noted-by-itself",
        why="a delivery whose reader dies is taken for one that has had its effect",
        file="integrations/inbox.py",
        old="""    with hot_cursor() as cursor:
        cursor.execute(TAKE_IN, [source, external_id])
        fresh = cursor.rowcount == 1
""",
        new="""    from django.db import connection
    with connection.get_new_connection(connection.get_connection_params()) as apart:
        fresh = apart.execute(TAKE_IN, [source, external_id]).rowcount == 1
""",
        killers=(f"{RACES}deliveries.py::test_a_delivery_whose_first_reader_dies_is_taken_in_by_the_second",),
    ),
    Mutant(
        name="tick-without-unique",
        why="a tick that has been dealt with is dealt with again",
        file="executions/services/scheduling/fires.py",
        old="VALUES (%s, %s, %s, %s)\nON CONFLICT (trigger_id, due_at) DO NOTHING RETURNING id",
        new="VALUES (%s, %s::timestamptz - random() * interval '1 second', %s, %s) RETURNING id",
        killers=(f"{RACES}ticks.py::test_a_tick_that_is_noted_is_not_dealt_with_again_whatever_its_schedule_says",),
    ),
)
