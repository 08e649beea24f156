"""Somebody else's bot, written with somebody else's library: `grammy`, installed once with npm into `var/`."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from django.conf import settings

from tests.fakes.npm_package import install

VERSION: Final = "1.46.0"
HOME: Final = Path(settings.VAR_DIR) / "grammy" / VERSION
INSTALL_SECONDS: Final = 120
SCRIPT: Final = """
const { Bot, InlineKeyboard, InputFile } = require("grammy");
const bot = new Bot(process.argv[1], { client: { apiRoot: process.argv[2] } });
bot.command("start", (ctx) => ctx.reply("Выберите", {
    reply_markup: new InlineKeyboard().text("Да", "yes").text("Нет", "no"),
}));
bot.callbackQuery("yes", async (ctx) => {
    await ctx.answerCallbackQuery({ text: "Принято" });
    await ctx.editMessageText("<b>Вы</b> выбрали &lt;да&gt;", { parse_mode: "HTML" });
});
bot.on("message:document", async (ctx) => {
    const file = await ctx.getFile();
    const answer = await fetch(`${process.argv[2]}/file/bot${process.argv[1]}/${file.file_path}`);
    await ctx.replyWithDocument(new InputFile(Buffer.from(await answer.arrayBuffer()), "copy.txt"));
});
bot.on("message:text", async (ctx) => {
    try {
        await ctx.api.sendMessage(404404, "?");
    } catch (error) {
        await ctx.reply(`${error.error_code} ${error.description}`);
    }
});
bot.catch((error) => { console.error(error); process.exit(1); });
bot.start({ onStart: (info) => console.log(`listening as ${info.username}`) });
"""


@contextmanager
def running(token: str, url: str) -> Iterator[str]:
    """The bot, listening to the Bot API at `url`; gives the words with which it began. Raises `Missing`."""
    install(f"grammy@{VERSION}", HOME, seconds=INSTALL_SECONDS)
    command = ["node", "-e", SCRIPT, token, url]
    with subprocess.Popen(command, cwd=HOME, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.kill()
