"""`manage.py worker`: a process that runs steps and delivers messages.

`celery worker` does the same, but its command line brings an interactive prompt: eight megabytes in every process.
"""

from __future__ import annotations

import sys
import warnings
from argparse import ArgumentParser
from typing import Any

from celery.exceptions import SecurityWarning
from celery.utils.nodenames import default_nodename, host_format
from django.core.management.base import BaseCommand

from config.broken_bells import Consumer
from config.celery import app
from executions.engine.placement import CPU, IO
from workflows import catalogue


class Command(BaseCommand):
    help = "Takes work from queues until SIGTERM, and then ends what it has begun."
    requires_system_checks = []  # `migrate` has run them; here they would load every page of the web process

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("-n", "--name", required=True, help="name of this process; %%h stands for the host")
        parser.add_argument("-P", "--pool", required=True, choices=["threads", "prefork"])
        parser.add_argument("-c", "--slots", required=True, type=int, help="how many steps it takes at once")
        parser.add_argument("-Q", "--queues", required=True, type=lambda names: names.split(","))

    def handle(self, *args: Any, name: str, pool: str, slots: int, queues: list[str], **options: Any) -> None:
        # Seven lines of every log of a container: whoever writes to the broker can ring bells here, and run nothing.
        warnings.simplefilter("ignore", SecurityWarning)
        worker = app.Worker(
            hostname=host_format(default_nodename(name)),
            pool=pool,
            concurrency=slots,
            queues=queues,
            quiet=True,
            consumer_cls=Consumer,
            # Nobody asks workers questions over the broker, so they do not gossip there either.
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
        )
        if {CPU, IO} & set(queues):  # who only delivers messages meets few node types
            catalogue.all_types()  # before the fork: a child shares what its parent has loaded (`config.celery`)
        worker.start()
        sys.exit(worker.exitcode)
