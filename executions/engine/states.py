"""PURE: the states of an execution and of a step, and which of them mean what."""

from __future__ import annotations

from enum import StrEnum


class ExecutionStatus(StrEnum):
    """Where a run is."""

    QUEUED = "queued"  # waits for a slot; its roots are held
    RUNNING = "running"
    PAUSED = "paused"  # a person said so; nothing starts
    FAILING = "failing"  # a step failed for good; what still runs may end, nothing starts
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    STOPPED = "stopped"  # a person said so; nothing ran on


class StepStatus(StrEnum):
    """Where one node of one run is."""

    PENDING = "pending"  # waits for the steps before it
    READY = "ready"  # waits for a worker
    HELD = "held"  # would be ready or delayed, but the run is paused or queued
    DELAYED = "delayed"  # waits for its next try, or was told "later"
    WAITING = "waiting"  # sleeps as a row until a time or an event
    RUNNING = "running"  # leased by a worker
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"  # no live edge reached it
    CANCELLED = "cancelled"  # the run was stopped or failed before it ended
    DROPPED = "dropped"  # of a pass that the retry of its loop took back: kept for its attempts


class Origin(StrEnum):
    """What started a run."""

    MANUAL = "manual"  # a person or a program, by the API or the admin
    SCHEDULE = "schedule"
    SUBWORKFLOW = "subworkflow"  # a step of another run
    ERROR = "error"  # another run that failed
    EVENT = "event"  # something that has happened
    RETRY = "retry"  # a person who repeats a run, perhaps on another version
    TEST = "test"  # a person who tries a part of a workflow in the editor


OPEN_EXECUTION = frozenset(
    {ExecutionStatus.QUEUED, ExecutionStatus.RUNNING, ExecutionStatus.PAUSED, ExecutionStatus.FAILING}
)
FINISHED_EXECUTION = frozenset(ExecutionStatus) - OPEN_EXECUTION

OPEN_STEP = frozenset(
    {
        StepStatus.PENDING,
        StepStatus.READY,
        StepStatus.HELD,
        StepStatus.DELAYED,
        StepStatus.WAITING,
        StepStatus.RUNNING,
    }
)
FINISHED_STEP = frozenset(StepStatus) - OPEN_STEP
ENDED_STEP = FINISHED_STEP - {StepStatus.DROPPED}
"""What a step of the run as it is now can have come to."""

MAX_RESCUES = 3
"""A step whose worker died this often is poison: it fails with `worker_lost` instead of being tried again."""
