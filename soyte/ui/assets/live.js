/* Pages that follow what changes: `live:<topic>` is sent to the body, and the parts that listen get themselves again.
   When nothing comes the page says since when. A line that cannot be had is made up for by asking every few seconds. */
"use strict";
(() => {
  const SILENT = 40000, GRACE = 5000, POLL = 15000, POLLS = 20, TRIES = 3; /* the server's heart beats every 15 seconds */
  const root = document.documentElement, at = document.querySelector("[data-live]");
  if (!at) return;
  const lang = root.lang === "en" ? 1 : 0;
  const words = {
    lost: ["Mất kết nối lúc %", "Connection lost at %"],
    out: ["Phiên đăng nhập đã hết. Tải lại trang để đăng nhập.", "You have been signed out. Reload the page to sign in."],
  };
  const url = new URL(at.dataset.live, location.href), topics = url.searchParams.getAll("topic");
  let line = null, mark = at.dataset.since, heardAt = Date.now(), openedAt = 0, tries = 0, polls = 0, timer = 0, grace = 0;

  const show = (state, text) => {
    root.dataset.connection = state;
    const place = at.querySelector("[data-live-text]");
    at.hidden = !text;
    if (place.textContent !== text) place.textContent = text;
  };
  const lost = () => {
    const since = new Date(heardAt).toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
    show("lost", words.lost[lang].replace("%", since));
  };
  const heard = () => { heardAt = Date.now(); clearTimeout(grace); grace = 0; show("on", ""); };
  const tell = (names) => names.forEach((name) => document.body.dispatchEvent(new CustomEvent(`live:${name}`)));

  const close = () => { if (line) line.close(); line = null; clearTimeout(timer); };
  const open = () => {
    close();
    url.searchParams.delete("once");
    url.searchParams.set("since", mark);
    openedAt = Date.now();
    line = new EventSource(url);
    const hear = (event) => { mark = event.lastEventId || mark; tries = 0; heard(); };
    ["ready", "beat"].forEach((name) => line.addEventListener(name, hear));
    line.addEventListener("changed", (event) => { hear(event); tell(event.data.split(" ")); });
    line.addEventListener("poll", poll);
    line.onerror = () => {
      grace = grace || setTimeout(lost, GRACE);
      if (!line || line.readyState !== EventSource.CLOSED) return; /* else the browser tries again by itself */
      close();
      timer = setTimeout((tries += 1) < TRIES ? ask : poll, 1000 + Math.random() * 2000);
    };
  };
  /* One answer instead of a line: is the server there, and are we still signed in? */
  const once = async () => {
    url.searchParams.set("once", "1");
    const cut = new AbortController(), slow = setTimeout(() => cut.abort(), POLL);
    try {
      const answer = await fetch(url, { redirect: "manual", signal: cut.signal });
      if (answer.ok) return "on";
      if (answer.type === "opaqueredirect" || answer.status === 403) { show("out", words.out[lang]); return "out"; }
    } catch { /* nobody answers */ } finally { clearTimeout(slow); }
    lost();
    return "lost";
  };
  const ask = async () => {
    const state = await once();
    if (document.hidden || state === "out") return;
    if (state === "on") return void open();
    timer = setTimeout(ask, 3000 + Math.random() * 2000);
  };
  const poll = async () => {
    close();
    const state = await once();
    if (document.hidden || state === "out") return;
    if (state === "on") { heard(); tell(topics); }
    if ((polls += 1) % POLLS) timer = setTimeout(poll, POLL);
    else { tries = 0; open(); }
  };
  setInterval(() => { if (line && Date.now() - Math.max(heardAt, openedAt) > SILENT) poll(); }, 5000);
  /* A page that nobody looks at holds no line: a browser has six for all its tabs. */
  const look = () => { if (document.hidden) close(); else open(); };
  document.addEventListener("visibilitychange", look);
  addEventListener("pageshow", (event) => { if (event.persisted) look(); });
  if (!document.hidden) open();
})();
