"use strict";

// Kept keeps the verdicts of a hand-over in the browser, as far as it keeps
// anything for files, and makes a file of them.
class Kept {
  constructor(name) {
    this.name = name;
    this.all = {}; // by id
    try {
      this.all = JSON.parse(localStorage.getItem(name)) || {};
    } catch {
      // the browser keeps nothing: the verdicts last as long as the page
    }
  }

  set(id, verdict, note) {
    if (verdict) this.all[id] = { verdict, note, at: new Date().toISOString() };
    else delete this.all[id];
    try {
      localStorage.setItem(this.name, JSON.stringify(this.all));
    } catch {
      // as above
    }
  }

  // file is the content of verdicts.json.
  file(sides) {
    const verdicts = sides
      .filter((s) => s.id && this.all[s.id])
      .map((s) => ({ id: s.id, file: s.file, sha256: s.sha256, ...this.all[s.id] }));
    return JSON.stringify({ format: "dubtop-verdicts", version: 1, handover: this.name, verdicts }, null, 2) + "\n";
  }
}
