/* Keys, look, dialogs, days, uploads. Every page works without this file. */
"use strict";
(() => {
  const root = document.documentElement;
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const one = (selector, from = document) => from.querySelector(selector);
  const lang = root.lang === "en" ? 1 : 0;
  const words = {
    cancel: ["Quay lại", "Go back"], lost: ["Mất kết nối, tệp chưa được nhận. Gửi lại tệp này.", "Connection lost, the file was not received. Send it again."],
    full: ["Máy chủ không lưu được tệp (mã %). Gửi lại sau, hoặc báo quản trị viên.", "The server could not keep the file (code %). Send it again later, or tell the administrator."],
    gone: ["Phiên đăng nhập đã hết. Đăng nhập lại rồi gửi tệp này.", "You have been signed out. Sign in and send this file again."],
    waiting: ["chờ gửi", "waiting"], checking: ["đang kiểm tra", "checking"], sent: ["đã gửi", "sent"], view: ["Xem kết quả", "See the result"],
    copied: ["Đã chép", "Copied"], making: ["Đang tạo tệp…", "Making the file…"],
    unsent: ["Không gửi được: mất kết nối với máy chủ. Chưa có gì được ghi, bấm lại sau ít phút.", "Not sent: no connection to the server. Nothing was written, press again in some minutes."],
    show: ["Hiện mật khẩu", "Show password"], hide: ["Ẩn mật khẩu", "Hide password"],
  };
  const say = (key) => words[key][lang];
  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };

  /* ---- keys ---- */
  const SINGLE = "soyte-single-keys";
  const singleKeys = () => { try { return localStorage.getItem(SINGLE) !== "off"; } catch { return true; } };
  const inField = (target) => target.closest && target.closest("input:not([type=checkbox]):not([type=radio]),select,textarea,[contenteditable=true]");
  const links = () => all("[data-rows] [data-open]").filter((link) => link.offsetParent);
  let awaitsGo = 0;

  const move = (step) => {
    const rows = links();
    if (!rows.length) return;
    const here = rows.findIndex((link) => link.closest("tr,li").contains(document.activeElement));
    const next = rows[Math.max(0, Math.min(rows.length - 1, here < 0 ? 0 : here + step))];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  };
  const mark = () => {
    const row = document.activeElement.closest("tr,li");
    const box = row && one("[data-mark]", row);
    if (box) box.click();
  };
  const go = (letter) => { const link = one(`[data-go="${letter}"]`); if (link) link.click(); };
  const focusOn = (selector) => { const target = one(selector); if (target) { target.focus(); if (target.select) target.select(); } };
  const ACTS = {
    Slash: () => focusOn("[data-find]"), KeyJ: () => move(1), KeyK: () => move(-1), KeyX: mark,
    KeyF: () => focusOn("[data-filters] input:not([type=hidden]),[data-filters] select"), KeyG: () => { awaitsGo = Date.now(); },
  };

  document.addEventListener("keydown", (event) => {
    /* Vietnamese input methods compose; their keys are not ours. */
    if (event.isComposing || event.keyCode === 229 || event.altKey) return;
    if (event.ctrlKey || event.metaKey) return withControl(event);
    if (event.key === "Escape") return void all("details.menu[open]").forEach((menu) => { menu.open = false; });
    if (inField(event.target) || one("dialog[open]") || !singleKeys()) return;
    const letter = event.code.startsWith("Key") ? event.code.slice(3).toLowerCase() : "";
    if (letter && Date.now() - awaitsGo < 1500) { awaitsGo = 0; event.preventDefault(); return go(letter); }
    const act = event.key === "?" ? () => open("phim-tat") : event.shiftKey ? null : ACTS[event.code];
    if (act) { event.preventDefault(); act(); }
  });
  const withControl = (event) => {
    if (event.code === "KeyK") { const link = one("[data-all]"); if (link) { event.preventDefault(); link.click(); } }
    if (event.key === "Enter") {
      const form = event.target.closest("form[method=post]") || one("form[data-main]");
      if (form) { event.preventDefault(); form.requestSubmit(one("[data-next]", form) || undefined); }
    }
  };

  /* ---- dialogs, menus ---- */
  const open = (id) => { const dialog = document.getElementById(id); if (dialog && !dialog.open) dialog.showModal(); };
  const ask = (text, act) => {
    const yes = make("button", { class: "btn btn-bad", type: "button" }, act);
    const no = make("button", { class: "btn btn-plain", type: "button", "data-close": "" }, say("cancel"));
    const dialog = make("dialog", { role: "alertdialog", "aria-label": text }, make("div", { class: "in" }, text), make("footer", {}, no, yes));
    document.body.append(dialog);
    dialog.showModal();
    return new Promise((answer) => {
      yes.addEventListener("click", () => { answer(true); dialog.close(); });
      dialog.addEventListener("close", () => { answer(false); dialog.remove(); });
    });
  };
  /* Where a page came without TLS the browser lets nobody write to its clipboard: then the text is marked, for Ctrl C. */
  const copy = async (button, source) => {
    try { await navigator.clipboard.writeText(source.textContent); } catch { return getSelection().selectAllChildren(source); }
    button.lastChild.textContent = say("copied");
  };
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    if (opener) { all("details.menu[open]").forEach((menu) => { menu.open = false; }); open(opener.dataset.dialog); }
    const closer = event.target.closest("[data-close]");
    if (closer) closer.closest("dialog").close();
    /* A question stays until it is answered: the second of two quick clicks would land beside it. */
    if (event.target.matches("dialog:not([role=alertdialog])")) event.target.close();
    all("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
    const calendar = event.target.closest("[data-calendar]");
    if (calendar) openCalendar(calendar);
    const eye = event.target.closest("[data-reveal]");
    if (eye) reveal(eye);
    if (event.target.closest("[data-print]")) print();
    const file = event.target.closest("[data-file]");
    if (file && !event.ctrlKey && !event.metaKey && !event.shiftKey) fetchFile(event, file);
    const copier = event.target.closest("[data-copy]");
    if (copier) copy(copier, document.getElementById(copier.dataset.copy));
  });
  /* The second of two quick clicks sends nothing: its answer would take the place of the first one, which may be a code
     that is shown once. The form answers again after some seconds: a download leaves the page as it is. */
  const AGAIN = 3000;
  let lastSent = new WeakMap();
  const onlyOnce = (event, form) => {
    if (form.method !== "post" || event.defaultPrevented) return;
    const [button, at] = lastSent.get(form) || [];
    if (button === event.submitter && Date.now() - at < AGAIN) event.preventDefault();
    else lastSent.set(form, [event.submitter, Date.now()]);
  };
  addEventListener("pageshow", () => { lastSent = new WeakMap(); });
  /* A long list takes seconds to make: the link says so until the file is here. What is no file is a page that says why. */
  const fetchFile = async (event, link) => {
    event.preventDefault();
    if (link.hasAttribute("aria-busy")) return;
    const label = link.lastChild, text = label.textContent;
    link.setAttribute("aria-busy", "true");
    label.textContent = say("making");
    try {
      const answer = await fetch(link.href);
      const [, name] = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition"));
      const address = URL.createObjectURL(await answer.blob());
      make("a", { href: address, download: name }).click();
      setTimeout(() => URL.revokeObjectURL(address), 60000);
    } catch { location.assign(link.href); }
    link.removeAttribute("aria-busy");
    label.textContent = text;
  };
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.matches("[data-theme-form]") && event.submitter) return changeTheme(event, form);
    if (form.matches("[data-upload]") && one("input[type=file]", form).files.length) return upload(event, form);
    if (!form.matches("[data-confirm]") || form.dataset.confirmed) return onlyOnce(event, form);
    event.preventDefault();
    /* The button that does it names the act, by whatever key the form was sent. */
    const button = event.submitter || one("[type=submit]", form);
    if (await ask(form.dataset.confirm, button.textContent.trim())) { form.dataset.confirmed = "1"; form.requestSubmit(button); }
  });

  /* ---- look: changed in place, so that a half-written form stays ---- */
  const changeTheme = async (event, form) => {
    event.preventDefault();
    const button = event.submitter, chosen = button.value;
    const body = new FormData(form);
    body.set("theme", chosen);
    root.dataset.bsTheme = chosen;
    if (!button.offsetParent) one(chosen === "dark" ? ".ib.sun" : ".ib.moon").focus();
    all("button[name=theme][aria-pressed]").forEach((choice) => choice.setAttribute("aria-pressed", String(choice.value === chosen)));
    try { await fetch(form.action, { method: "POST", body, redirect: "manual" }); } catch { /* holds for this page */ }
  };

  /* ---- days: text boxes that read dd/mm/yyyy in every browser, which the browser's own calendar writes into ---- */
  const TYPED = { date: /^(\d\d?)[/.\- ](\d\d?)[/.\- ](\d{4})$|^(\d\d)(\d\d)(\d{4})$/, month: /^(\d\d?)[/.\- ](\d{4})$|^(\d\d)(\d{4})$/ };
  /* 2026-03-05 or 2026-03; "" where it is none. */
  const dayOf = (box) => {
    const text = box.value.trim(), parts = TYPED[box.dataset.day].exec(text), probe = make("input", { type: "date" });
    const told = parts ? parts.slice(1).filter(Boolean).map((part) => part.padStart(2, "0")).reverse().join("-") : text;
    probe.value = box.dataset.day === "month" ? `${told}-01` : told;
    return probe.value && told;
  };
  const writeDay = (box, day) => { box.value = day.split("-").reverse().join("/"); };
  const openCalendar = (button) => {
    const box = one("[data-day]", button.parentElement);
    let native = one(".native", button.parentElement);
    if (!native) {
      native = make("input", { type: box.dataset.day, class: "native", tabindex: "-1", "aria-hidden": "true" });
      if (native.type === "text") native.type = "date"; /* a browser without a calendar of months */
      native.addEventListener("change", () => { writeDay(box, native.value.slice(0, box.dataset.day === "month" ? 7 : 10)); box.focus(); });
      button.before(native);
    }
    native.value = dayOf(box) + (native.type === "date" && box.dataset.day === "month" && dayOf(box) ? "-01" : "");
    native.getBoundingClientRect(); /* a box just made has no place yet, and the calendar would open in the page's corner */
    try { native.showPicker(); } catch { native.click(); }
  };
  /* A list waits until the day is written to its end. */
  document.addEventListener("input", (event) => {
    const box = event.target;
    if (box.matches("[data-day]") && box.value && !dayOf(box)) event.stopPropagation();
  }, true);

  /* ---- marking rows, lists ---- */
  document.addEventListener("change", (event) => {
    const box = event.target;
    if (box.matches("[data-day]")) {
      if (dayOf(box)) writeDay(box, dayOf(box));
      else if (box.value && box.form.matches("[data-filters]")) box.form.requestSubmit(); /* the answer says what is wrong */
    }
    if (box.matches("[data-mark-all]")) all("[data-mark]", box.closest("table")).forEach((other) => { if (other.checked !== box.checked) other.click(); });
    if (box.matches("[data-mark]")) box.closest("tr,li").classList.toggle("sel", box.checked);
    if (box.matches("[data-single-keys]")) try { localStorage.setItem(SINGLE, box.checked ? "on" : "off"); } catch { /* stays on */ }
    const form = box.closest("form[data-auto]");
    if (form) form.requestSubmit();
  });
  document.addEventListener("htmx:beforeRequest", (event) => { const list = event.target.closest(".listing"); if (list) list.setAttribute("aria-busy", "true"); });
  document.addEventListener("htmx:afterRequest", () => all(".listing[aria-busy]").forEach((list) => list.removeAttribute("aria-busy")));
  /* A part that follows what changes waits for the next change; whoever pressed something sees what became of it. */
  const isLive = (event) => /^live:/.test(((event.detail.requestConfig || {}).triggeringEvent || {}).type);
  document.addEventListener("htmx:responseError", (event) => { if (!sending && !isLive(event)) location.reload(); });

  document.addEventListener("htmx:sendError", (event) => {
    if (sending || isLive(event)) return;
    all("main > .note.unsent").forEach((note) => note.remove());
    one("main").prepend(make("div", { class: "note bad unsent", role: "alert" }, say("unsent")));
    scrollTo(0, 0);
  });

  /* ---- passwords ---- */
  const reveal = (eye) => {
    const input = document.getElementById(eye.dataset.reveal);
    input.type = input.type === "password" ? "text" : "password";
    eye.setAttribute("aria-label", say(input.type === "password" ? "show" : "hide"));
  };
  const watchCaps = (input) => {
    const hint = document.getElementById(input.dataset.caps);
    const look = (event) => { hint.hidden = !(event.getModifierState && event.getModifierState("CapsLock")); };
    ["keydown", "keyup", "mousedown"].forEach((name) => input.addEventListener(name, look));
  };

  /* ---- uploads: one request a file, each with its progress; the answer is {tone, text, url} ---- */
  const send = (form, name, file, progress) => new Promise((done) => {
    const request = new XMLHttpRequest(), body = new FormData();
    for (const [key, value] of new FormData(form)) if (!(value instanceof File)) body.append(key, value);
    body.append(name, file);
    request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) progress(event.loaded / event.total); });
    const fault = () => request.status >= 400 ? say("full").replace("%", request.status) : say("gone"); /* a page: that of signing in */
    request.addEventListener("load", () => { try { done(JSON.parse(request.responseText)); } catch { done({ tone: "bad", text: fault() }); } });
    request.addEventListener("error", () => done({ tone: "bad", text: say("lost") }));
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.send(body);
  });
  let sending = false;
  addEventListener("beforeunload", (event) => { if (sending) event.preventDefault(); });
  const upload = async (event, form) => {
    event.preventDefault();
    if (sending) return;
    const input = one("input[type=file]", form), files = [...input.files];
    const list = one(".uploads", form) || form.appendChild(make("ul", { class: "uploads" }));
    const rows = files.map((file) => {
      const bar = make("progress", { max: "1", value: "0", "aria-label": file.name });
      const note = make("span", { class: "small tn" }, say("waiting"));
      list.append(make("li", { class: "upf" }, make("div", { class: "g" }, make("b", {}, file.name), bar), note));
      return { file, bar, note };
    });
    all("button", form).forEach((button) => { button.disabled = true; });
    input.value = "";
    sending = true;
    let faults = 0;
    for (const { file, bar, note } of rows) {
      bar.closest("li").scrollIntoView({ block: "nearest" });
      const answer = await send(form, input.name, file, (share) => {
        bar.value = share;
        note.textContent = share < 1 ? `${Math.floor(share * 100)}%` : say("checking");
      });
      bar.remove();
      note.className = `small t-${answer.tone || "good"}`;
      faults += answer.tone === "bad";
      note.textContent = answer.text || say("sent");
      if (answer.url) note.append(" ", make("a", { href: answer.url }, say("view")));
    }
    sending = false;
    all("button", form).forEach((button) => { button.disabled = false; });
    if (form.dataset.done && !faults) location.assign(form.dataset.done);
  };
  const dropZone = (zone) => {
    const input = one("input[type=file]", zone.closest("form"));
    const over = (on) => (event) => { event.preventDefault(); zone.classList.toggle("over", on); };
    zone.addEventListener("dragover", over(true));
    zone.addEventListener("dragleave", over(false));
    zone.addEventListener("drop", (event) => { over(false)(event); input.files = event.dataTransfer.files; });
  };

  document.addEventListener("DOMContentLoaded", () => {
    all("[data-drop]").forEach(dropZone);
    all("[data-reveal]").forEach((eye) => { eye.hidden = false; });
    all("[data-caps]").forEach(watchCaps);
    all("[data-single-keys]").forEach((box) => { box.checked = singleKeys(); });
    const summary = one("[data-focus]");
    if (summary) summary.focus();
  });
})();
