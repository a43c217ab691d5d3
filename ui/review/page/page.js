"use strict";

(() => {
  const $ = (id) => document.getElementById(id);
  const offline = $("data") ? JSON.parse($("data").textContent) : undefined;
  const kept = offline ? new Kept(offline.keep) : undefined;
  const pair = new Pair(() => drawPlayback());
  let data = { items: [] };
  let at = 0;
  let shown = ""; // which videos are loaded

  // element makes an element with a class and text. Text never becomes markup.
  function element(name, kind, words, ...children) {
    const e = document.createElement(name);
    if (kind) e.className = kind;
    if (words) e.textContent = words;
    e.append(...children);
    return e;
  }

  const item = () => data.items[at] || { name: "", sides: [] };

  // target is the side a verdict is about: the one that is heard, if it takes
  // verdicts.
  function target() {
    const sides = item().sides;
    const heard = sides[pair.active];
    if (data.readOnly) return undefined;
    return heard && heard.id ? heard : sides.find((s) => s.id);
  }

  const words = { approved: "approved", retake: "retake" };
  const marks = { approved: "✓", retake: "↻" };

  // verdictOf sums up an item: a retake outweighs an approval of its neighbour
  // only if nothing is approved.
  function verdictOf(i) {
    const all = i.sides.map((s) => s.verdict).filter(Boolean);
    return all.includes("approved") ? "approved" : all[0] || "";
  }

  function facts(list) {
    return (list || []).map((f) => {
      const value = element("dd", "", f.value);
      value.title = f.value; // a long one is cut
      return element("div", "", "", element("dt", "", f.label), value);
    });
  }

  // draw shows everything but what changes while playing.
  function draw() {
    const i = item();
    $("page").hidden = false;
    $("page").classList.toggle("many", data.items.length > 1);
    $("title").textContent = [data.title, data.items.length > 1 ? `${at + 1} of ${data.items.length}` : ""].filter(Boolean).join(" · ");
    $("title").hidden = !$("title").textContent;
    $("name").textContent = i.name;
    document.title = [i.name, data.title || "dubtop"].filter(Boolean).join(" · ");
    $("shared").replaceChildren(...facts(i.facts));
    $("shared").hidden = !(i.facts || []).length;
    $("moves").hidden = $("queue").hidden = data.items.length < 2;
    $("previous").disabled = at === 0;
    $("next").disabled = at >= data.items.length - 1;
    $("save").hidden = !data.keep || data.readOnly;
    drawTally();
    drawList();
    drawStage(i);
    drawVerdicts();
    drawPlayback();
  }

  function drawTally() {
    const count = (v) => data.items.filter((i) => verdictOf(i) === v).length;
    const said = [[count("approved"), "approved"], [count("retake"), "to retake"], [count(""), "open"]];
    $("tally").textContent = said.filter(([n]) => n > 0).map(([n, w]) => `${n} ${w}`).join(" · ");
    $("tally").hidden = data.readOnly || data.items.length < 2;
  }

  function drawList() {
    const list = $("list");
    while (list.children.length > data.items.length) list.lastChild.remove();
    data.items.forEach((i, n) => {
      if (!list.children[n]) {
        const button = element("button", "", "", element("b"), element("span"));
        button.addEventListener("click", () => go(n));
        list.append(element("li", "", "", button));
      }
      const button = list.children[n].firstChild;
      const v = verdictOf(i);
      button.firstChild.className = "mark " + v;
      button.firstChild.textContent = marks[v] || "·";
      button.lastChild.textContent = i.name;
      button.title = i.name;
      button.setAttribute("aria-label", i.name + (v ? ", " + words[v] : ""));
      if (n === at) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    });
    reveal($("queue"), list.children[at]);
  }

  // reveal scrolls a list, and not the page, to one of its lines.
  function reveal(list, line) {
    if (!line) return;
    list.scrollTop = Math.min(line.offsetTop, Math.max(list.scrollTop, line.offsetTop + line.offsetHeight - list.clientHeight));
  }

  // drawStage loads the videos unless they are there already, so that a verdict
  // given elsewhere does not interrupt them.
  function drawStage(i) {
    const key = i.sides.map((s) => s.src).join(" ");
    if (key === shown) return;
    shown = key;
    const playing = pair.wanted;
    pair.drop();
    $("stage").replaceChildren(...i.sides.map(side));
    pair.active = i.heard || Math.max(0, i.sides.findIndex((s) => s.id));
    pair.wanted = playing;
    pair.show([...$("stage").querySelectorAll("video")]);
    pair.speed(pair.rate);
  }

  function side(s, n) {
    const video = element("video");
    video.preload = "auto";
    video.playsInline = true;
    video.muted = true;
    video.disableRemotePlayback = true;
    video.setAttribute("aria-label", s.name || item().name);
    const trouble = element("p", "trouble");
    video.addEventListener("error", () => explain(video, s, trouble));
    video.addEventListener("click", () => pair.toggle());
    video.src = s.src;
    const hear = element("button", "hear", "Hear ", element("kbd", "", String(n + 1)));
    hear.addEventListener("click", () => listen(n));
    hear.hidden = item().sides.length < 2;
    return element("figure", "side", "",
      element("div", "screen", "", video, trouble),
      element("figcaption", "", "",
        element("div", "heading", "", element("h2", "", s.name), element("span", "badge"), hear),
        element("dl", "facts", "", ...facts(s.facts)),
        element("p", "note")));
  }

  // explain says why a video does not play, in its server's words if it has any.
  async function explain(video, s, trouble) {
    let why = "This video can't be played here.";
    if (!offline) {
      const answer = await fetch(s.src, { headers: { Range: "bytes=0-0" } }).catch(() => undefined);
      if (!answer) why = "dubtop has ended, so this video can't be loaded.";
      else if (!answer.ok) why = (await answer.text()) || why;
    }
    trouble.textContent = why;
  }

  function drawVerdicts() {
    const chosen = target();
    [...$("stage").children].forEach((figure, n) => {
      const s = item().sides[n];
      const badge = figure.querySelector(".badge");
      badge.className = "badge " + (s.verdict || "");
      badge.textContent = words[s.verdict] || "";
      badge.hidden = !s.verdict;
      const note = figure.querySelector(".note");
      note.textContent = s.note || "";
      note.hidden = !s.note;
    });
    $("decide").hidden = !chosen;
    if (!chosen) return;
    $("about").textContent = item().sides.length > 1 ? `Verdict on ${chosen.name}` : "Verdict";
    $("approve").setAttribute("aria-pressed", String(chosen.verdict === "approved"));
    $("retake").setAttribute("aria-pressed", String(chosen.verdict === "retake"));
    $("clear").disabled = !chosen.verdict;
  }

  function drawPlayback() {
    const { time, duration } = pair;
    $("page").classList.toggle("playing", pair.wanted);
    $("play").setAttribute("aria-label", pair.wanted ? "Pause" : "Play");
    $("seek").max = duration || 1;
    $("seek").value = time;
    $("seek").setAttribute("aria-valuetext", `${clock(time)} of ${clock(duration)}`);
    $("time").textContent = `${clock(time)} / ${clock(duration)}`;
    $("loop").setAttribute("aria-pressed", String(pair.loop));
    $("half").setAttribute("aria-pressed", String(pair.rate < 1));
    $("mute").setAttribute("aria-pressed", String(pair.muted));
    [...$("stage").children].forEach((figure, n) => {
      const heard = n === pair.active;
      figure.classList.toggle("active", heard && pair.videos.length > 1);
      figure.querySelector(".hear").setAttribute("aria-pressed", String(heard && !pair.muted));
    });
  }

  function clock(seconds) {
    const hundredths = Math.floor((seconds || 0) * 100 + 1e-6);
    const two = (n) => String(n).padStart(2, "0");
    return `${Math.floor(hundredths / 6000)}:${two(Math.floor(hundredths / 100) % 60)}.${two(hundredths % 100)}`;
  }

  function listen(n) {
    closeNote();
    if (n < pair.videos.length) pair.hear(n);
    drawVerdicts();
  }

  function go(n) {
    if (n < 0 || n >= data.items.length || n === at) return;
    closeNote();
    at = n;
    $("said").textContent = $("alert").textContent = "";
    draw();
  }

  function openNote() {
    const s = target();
    if (!s) return;
    pair.pause();
    $("ask").hidden = false;
    $("retake").setAttribute("aria-expanded", "true");
    $("note").value = s.verdict === "retake" ? s.note || "" : "";
    $("note").focus();
  }

  function closeNote() {
    if ($("ask").hidden) return;
    $("ask").hidden = true;
    $("retake").setAttribute("aria-expanded", "false");
    $("note").blur();
  }

  let decided = 0; // verdicts that were kept

  // decide gives a verdict, and shows it once it is kept.
  async function decide(verdict, note = "") {
    const s = target();
    if (!s) return;
    const name = item().sides.length > 1 ? s.name : item().name;
    closeNote();
    $("alert").textContent = "";
    try {
      await (kept ? kept.set(s.id, verdict, note) : send(s, verdict, note));
    } catch (e) {
      $("alert").textContent = "Not saved: " + e.message;
      return;
    }
    decided++;
    for (const same of data.items.flatMap((i) => i.sides).filter((o) => o.id === s.id)) Object.assign(same, { verdict, note });
    $("said").textContent = verdict ? `${name}: ${words[verdict]}.` : `${name}: no verdict.`;
    drawTally();
    drawList();
    drawVerdicts();
    if (!kept) load(); // the answer may have come later than another decision
  }

  async function send(s, verdict, note) {
    const answer = await fetch("verdict", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ id: s.id, verdict, note }),
    }).catch(() => undefined);
    if (!answer) throw new Error("dubtop does not answer; it may have ended.");
    if (!answer.ok) throw new Error((await answer.text()) || `dubtop answers ${answer.status}.`);
  }

  // save hands the verdicts of a hand-over to the user as a file.
  function save() {
    const sides = data.items.flatMap((i) => i.sides);
    const link = element("a");
    link.href = URL.createObjectURL(new Blob([kept.file(sides)], { type: "application/json" }));
    link.download = "verdicts.json";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    $("said").textContent = "Saved as verdicts.json. Send this file back.";
  }

  // actions have an id of a button, keys, and a name in the list of keys.
  const actions = [
    { id: "play", keys: [" "], label: "space", name: "play, pause", does: () => pair.toggle() },
    { id: "back", keys: [","], name: "a frame back", does: () => pair.step(-1) },
    { id: "forward", keys: ["."], name: "a frame on", does: () => pair.step(1) },
    { keys: ["ArrowLeft"], label: "←", name: "1 s back, 5 s with shift", does: (e) => pair.seek(pair.time - (e.shiftKey ? 5 : 1)) },
    { keys: ["ArrowRight"], label: "→", name: "1 s on", does: (e) => pair.seek(pair.time + (e.shiftKey ? 5 : 1)) },
    { keys: ["Home"], label: "home", name: "to the start", does: () => pair.seek(0) },
    { keys: ["End"], does: () => pair.seek(pair.duration) },
    { keys: ["1"], when: () => item().sides.length > 1, label: "1 2", name: "hear left, right", does: () => listen(0) },
    { keys: ["2"], when: () => item().sides.length > 1, does: () => listen(1) },
    { id: "mute", keys: ["m"], name: "mute", does: () => pair.mute(!pair.muted) },
    { id: "loop", keys: ["l"], name: "loop", does: () => { pair.loop = !pair.loop; drawPlayback(); } },
    { id: "half", keys: ["h"], name: "half speed", does: () => pair.speed(pair.rate < 1 ? 1 : 0.5) },
    { id: "approve", keys: ["a"], when: target, name: "approve", does: () => decide("approved") },
    { id: "retake", keys: ["r"], when: target, name: "retake, with a note", does: openNote },
    { id: "clear", keys: ["c"], when: target, name: "clear", does: () => target().verdict && decide("") },
    { id: "previous", keys: ["p"], when: () => data.items.length > 1, name: "previous", does: () => go(at - 1) },
    { id: "next", keys: ["n"], when: () => data.items.length > 1, name: "next", does: () => go(at + 1) },
    { id: "save", keys: ["s"], when: () => data.keep && target(), name: "save verdicts", does: save },
  ];

  function drawKeys() {
    const listed = actions.filter((a) => a.name && (!a.when || a.when()));
    $("keys").replaceChildren(...listed.map((a) => element("div", "", "",
      element("dt", "", "", element("kbd", "", a.label || a.keys[0])), element("dd", "", a.name))));
  }

  function pressed(e) {
    if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return;
    const typing = e.target === $("note");
    if (e.key === "Escape") return closeNote();
    if (typing) {
      if (e.key === "Enter" && !e.shiftKey) {
        e.preventDefault();
        $("ask").requestSubmit();
      }
      return;
    }
    if (e.key === " " && e.target.closest("button")) return; // it presses the button
    const key = e.key.length === 1 ? e.key.toLowerCase() : e.key;
    const action = actions.find((a) => a.keys.includes(key) && (!a.when || a.when()));
    if (!action || (e.repeat && action.id && !["back", "forward"].includes(action.id))) return;
    e.preventDefault();
    action.does(e);
  }

  function connect() {
    document.addEventListener("keydown", pressed);
    for (const a of actions) {
      if (a.id) $(a.id).addEventListener("click", a.does);
    }
    document.addEventListener("click", (e) => {
      const button = e.target.closest("button");
      if (button && e.detail) button.blur(); // so that space plays again after the mouse
    });
    $("seek").addEventListener("input", () => pair.seek(Number($("seek").value)));
    $("cancel").addEventListener("click", closeNote);
    $("ask").addEventListener("submit", (e) => {
      e.preventDefault();
      decide("retake", $("note").value.trim());
    });
  }

  // take shows new data at the item that was shown.
  function take(fresh) {
    const here = item().sides.map((s) => s.src).join(" ");
    const first = !data.items.length;
    data = fresh;
    const same = data.items.findIndex((i) => i.sides.map((s) => s.src).join(" ") === here);
    at = Math.min(Math.max(0, first ? data.begin || 0 : same >= 0 ? same : at), Math.max(0, data.items.length - 1));
    draw();
    drawKeys();
  }

  let loading = false;
  let again = false; // something changed while loading

  // load gets the newest data. What was asked for before the last verdict was
  // kept may be older than that.
  async function load() {
    if (loading) return void (again = true);
    loading = true;
    do {
      again = false;
      const before = decided;
      const answer = await fetch("items").catch(() => undefined);
      const fresh = answer && answer.ok ? await answer.json() : undefined;
      if (decided !== before) again = true;
      else if (fresh) {
        $("alert").textContent = "";
        take(fresh);
      }
    } while (again);
    loading = false;
  }

  let events; // from dubtop

  // follow hears of changes while the page is seen. Hidden pages leave their
  // connection to others, because a browser opens few to one server.
  function follow() {
    if (events) events.close();
    if (document.hidden) return;
    events = new EventSource("events");
    events.addEventListener("changed", load);
    events.addEventListener("error", () => {
      $("alert").textContent = "dubtop does not answer; it may have ended. What you decided is saved.";
    });
  }

  connect();
  if (offline) {
    for (const s of offline.items.flatMap((i) => i.sides)) Object.assign(s, s.id ? kept.all[s.id] : undefined);
    take(offline);
    $("said").textContent = "Approve each video or ask for a retake. Then save your verdicts, and send the file back.";
  } else {
    follow();
    document.addEventListener("visibilitychange", follow);
  }
})();
