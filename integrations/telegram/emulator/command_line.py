"""The emulator as a process: its words, and how it serves until it is told to stop."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from integrations.telegram.emulator.emulator import Emulator
from integrations.telegram.emulator.identity import PEOPLE, TOKEN
from integrations.telegram.emulator.server import Server

HELP = "A Bot API server for trying the bot without Telegram, with a chat page for playing people."


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=3012, help="0 takes a free one")
    parser.add_argument("--token", default=TOKEN, help="the bot's token; any other is refused")
    parser.add_argument("--webhook", default="", metavar="URL", help="bring updates there, as after setWebhook")
    parser.add_argument("--secret", default="", help="secret_token of that webhook")
    parser.add_argument("--limits", action="store_true", help="answer 429 to a bot that sends too fast")


def prepare(options: dict[str, Any]) -> Server:
    """The server of these words; it does not serve yet."""
    emulator = Emulator(token=options["token"], enforce_limits=options["limits"])
    for number, name in PEOPLE:
        emulator.acts.person(number, name, phone=f"+79000000{number}")
    if options["webhook"]:
        emulator.webhook.set({"url": options["webhook"], "secret_token": options["secret"]})
    return Server(emulator, port=options["port"])
