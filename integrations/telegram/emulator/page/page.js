"use strict";

const chats = new Map();
const seen = new Map();

async function act(name, words) {
  await fetch(`/control/${name}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(words),
  });
}

function node(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function openChat(person) {
  const part = document.getElementById("chat").content.cloneNode(true);
  const section = part.querySelector("section");
  const chat = {
    id: person.id,
    section,
    messages: section.querySelector(".messages"),
    toast: section.querySelector(".toast"),
    reply: section.querySelector(".reply"),
    wish: section.querySelector(".wish"),
    replyTo: null,
    drawn: "",
    timer: null,
  };
  section.dataset.person = person.id;
  const form = section.querySelector("form");
  const text = form.elements.text;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!text.value.trim()) return;
    act("write", { person: chat.id, text: text.value, replyTo: chat.replyTo });
    text.value = "";
    answerTo(chat, null);
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  form.querySelector("input[type=file]").addEventListener("change", async (event) => {
    const files = await Promise.all([...event.target.files].map(readFile));
    const photos = [...event.target.files].every((file) => file.type.startsWith("image/"));
    act("files", { person: chat.id, files, caption: text.value, photos });
    text.value = "";
    event.target.value = "";
  });
  document.getElementById("chats").append(part);
  chats.set(person.id, chat);
  seen.set(person.id, new Set(person.toasts.map((toast) => toast.press)));
  return chat;
}

function readFile(file) {
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve({ name: file.name, content: reader.result.split(",")[1] });
    reader.readAsDataURL(file);
  });
}

function answerTo(chat, message) {
  chat.replyTo = message ? message.id : null;
  chat.reply.hidden = !message;
  chat.reply.replaceChildren();
  if (!message) return;
  const words = node("span");
  words.innerHTML = message.html;
  const cancel = node("button", "", "Не отвечать");
  cancel.addEventListener("click", () => answerTo(chat, null));
  chat.reply.append(node("span", "", `Ответ на: ${words.textContent.slice(0, 60)}`), cancel);
}

function drawMessage(chat, message, all) {
  const line = node("div", message.mine ? "message mine" : "message");
  line.dataset.message = message.id;
  const bubble = node("div", "bubble");
  const quoted = all.find((one) => one.id === message.replyTo);
  if (quoted) {
    const quote = node("span", "quote");
    quote.innerHTML = quoted.html;
    quote.textContent = quote.textContent.slice(0, 60);
    bubble.append(quote);
  }
  if (message.photo) {
    const picture = node("img");
    picture.src = `/files/${message.photo}/photo.jpg`;
    picture.alt = "Фото";
    bubble.append(picture);
  }
  if (message.document.file_id) {
    const link = node("a", "", `Файл: ${message.document.file_name} `);
    link.href = `/files/${message.document.file_id}/${encodeURIComponent(message.document.file_name)}`;
    bubble.append(link);
  }
  if (message.contact) bubble.append(node("span", "", `☎ ${message.contact}`));
  const words = node("span");
  words.innerHTML = message.html;
  const time = new Date(message.at * 1000).toLocaleTimeString("ru", { hour: "2-digit", minute: "2-digit" });
  bubble.append(words, node("time", "", message.edited ? `изменено ${time}` : time));
  bubble.addEventListener("click", () => answerTo(chat, message));
  line.append(bubble);
  for (const row of message.buttons) {
    const buttons = node("div", "row");
    for (const button of row) {
      const made = node(button.url ? "a" : "button", "", button.text);
      if (button.url) made.href = button.url;
      else made.addEventListener("click", () => act("press", { person: chat.id, message: message.id, data: button.callback_data }));
      buttons.append(made);
    }
    line.append(buttons);
  }
  return line;
}

function drawWish(chat, messages) {
  const last = messages.filter((message) => message.wish).at(-1);
  chat.wish.replaceChildren();
  if (!last) return;
  if (last.wish.force_reply && last === messages.at(-1)) answerTo(chat, last);
  if (last.wish.remove_keyboard) return;
  for (const button of (last.wish.keyboard || []).flat()) {
    const made = node("button", "", button.text);
    made.addEventListener("click", () =>
      button.request_contact ? act("contact", { person: chat.id }) : act("write", { person: chat.id, text: button.text }));
    chat.wish.append(made);
  }
}

function showToasts(chat, toasts) {
  const known = seen.get(chat.id);
  for (const toast of toasts.filter((one) => !known.has(one.press))) {
    known.add(toast.press);
    if (!toast.text) continue;
    chat.toast.textContent = toast.text;
    chat.toast.className = toast.alert ? "toast alert" : "toast";
    chat.toast.hidden = false;
    clearTimeout(chat.timer);
    chat.timer = setTimeout(() => { chat.toast.hidden = true; }, toast.alert ? 6000 : 3000);
  }
}

function drawPerson(person) {
  const chat = chats.get(person.id) || openChat(person);
  const drawing = JSON.stringify([person.messages, person.blocked]);
  if (drawing !== chat.drawn) {
    chat.drawn = drawing;
    const title = chat.section.querySelector("h2");
    const block = node("button", "", person.blocked ? "Разблокировать бота" : "Заблокировать бота");
    block.addEventListener("click", () => act("block", { person: chat.id, blocked: !person.blocked }));
    title.replaceChildren(node("span", "", `${person.name} · ${person.id}`), block);
    chat.messages.replaceChildren(...person.messages.map((message) => drawMessage(chat, message, person.messages)));
    chat.messages.scrollTop = chat.messages.scrollHeight;
    drawWish(chat, person.messages);
  }
  showToasts(chat, person.toasts);
}

function draw(state) {
  document.getElementById("bot").textContent = `@${state.bot.username}`;
  const how = state.webhook.url ? `вебхук ${state.webhook.url}` : "опрос (getUpdates)";
  document.getElementById("state").textContent = `${how} · ждут бота: ${state.waiting}`;
  state.people.forEach(drawPerson);
}

async function watch() {
  let revision = 0;
  for (;;) {
    try {
      const state = await (await fetch(`/control/state?after=${revision}`)).json();
      revision = state.revision;
      draw(state);
    } catch {
      document.getElementById("state").textContent = "нет связи с эмулятором";
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}

document.getElementById("add").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target.elements;
  act("people", { id: Number(form.id.value), name: form.name.value, language: form.language.value });
  event.target.reset();
});
for (const button of document.querySelectorAll("[data-fault]")) {
  button.addEventListener("click", () => act("fault", { kind: button.dataset.fault, method: "sendMessage" }));
}
for (const button of document.querySelectorAll("[data-disorder]")) {
  button.addEventListener("click", () => act("updates", { [button.dataset.disorder]: 1 }));
}
watch();
