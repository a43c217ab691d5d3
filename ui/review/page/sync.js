"use strict";

// Pair plays one or two videos in step. The one that is heard sets the pace, the
// other is steered: by its speed while it is a little off, by a seek otherwise.
class Pair {
  constructor(changed) {
    this.changed = changed; // called when anything visible has changed
    this.videos = [];
    this.active = 0; // the side that is heard, unless muted
    this.muted = false;
    this.wanted = false; // playing, as soon as both can
    this.loop = false;
    this.rate = 1;
    this.measured = undefined; // length of a frame, once it is known
  }

  // show takes over new video elements.
  show(videos) {
    this.drop();
    this.videos = videos;
    this.measured = undefined;
    for (const v of videos) {
      for (const event of ["seeked", "canplay", "canplaythrough", "waiting", "loadedmetadata", "error", "ended"]) {
        v.addEventListener(event, () => this.settle());
      }
      v.addEventListener("pause", () => this.paused(v));
      v.addEventListener("timeupdate", () => this.changed());
      this.measure(v);
    }
    this.hear(this.active);
  }

  // drop stops the videos and lets go of what they have loaded.
  drop() {
    for (const v of this.videos) {
      v.pause();
      v.removeAttribute("src");
      v.load();
    }
    this.videos = [];
  }

  // good are the videos that can be played.
  get good() {
    return this.videos.filter((v) => !v.error);
  }

  get duration() {
    return Math.max(0, ...this.good.map((v) => v.duration || 0));
  }

  // pace is the video that the other one follows: the heard one, or the longer
  // one after that has ended.
  get pace() {
    const heard = this.videos[this.active];
    if (heard && !heard.error && !atEnd(heard)) return heard;
    return this.good.reduce((a, b) => (a && (a.duration || 0) >= (b.duration || 0) ? a : b), undefined);
  }

  // frame is the length of a frame, a common one until it is measured.
  get frame() {
    return this.measured || 1 / 25;
  }

  get time() {
    return this.pace ? this.pace.currentTime : 0;
  }

  // ready reports whether all can go on. A video at its end waits for the rest.
  get ready() {
    return this.good.length > 0 && this.good.every((v) => atEnd(v) || (!v.seeking && v.readyState >= 3));
  }

  toggle() {
    this.wanted = !this.wanted;
    if (this.wanted && this.good.length && this.good.every(atEnd)) this.seek(0);
    this.settle();
  }

  pause() {
    this.wanted = false;
    this.settle();
  }

  // seek moves all videos. They go on when each has arrived.
  seek(seconds) {
    const to = Math.min(Math.max(0, seconds), this.duration);
    for (const v of this.good) v.currentTime = Math.min(to, v.duration || 0);
    this.settle();
  }

  // step pauses and goes to the middle of another frame, where rounding does not
  // decide which one is seen.
  step(frames) {
    this.pause();
    const last = Math.ceil(this.duration / this.frame) - 1;
    const at = Math.floor(this.time / this.frame + 1e-3) + frames;
    this.seek((Math.min(Math.max(0, at), Math.max(0, last)) + 0.5) * this.frame);
  }

  hear(side) {
    if (side >= this.videos.length) side = 0;
    this.active = side;
    this.videos.forEach((v, i) => (v.muted = this.muted || i !== side));
    this.changed();
  }

  mute(muted) {
    this.muted = muted;
    this.hear(this.active);
  }

  speed(rate) {
    this.rate = rate;
    for (const v of this.videos) v.playbackRate = rate;
    this.changed();
  }

  // settle plays all if all can, and else holds all.
  settle() {
    if (this.wanted && this.good.length && this.good.every(atEnd)) {
      if (this.loop) return void this.seek(0);
      this.wanted = false;
    }
    const go = this.wanted && this.ready;
    for (const v of this.good) {
      if (go && v.paused && !atEnd(v)) v.play().catch((e) => this.refused(e));
      else if (!go && !v.paused) v.pause();
    }
    if (go) this.steer();
    this.changed();
  }

  // refused stops all when the browser does not let a video play.
  refused(error) {
    if (error.name !== "AbortError") this.pause();
  }

  // paused follows a pause that came from outside, such as a media key.
  paused(v) {
    if (this.wanted && v.paused && this.ready && !atEnd(v)) this.pause();
  }

  // steer keeps the other video at the pace's time, once a drawn frame.
  steer() {
    if (this.steering) return;
    const turn = () => {
      this.steering = undefined;
      if (!this.wanted) return;
      const pace = this.pace;
      for (const v of this.good) {
        const drift = v === pace || atEnd(v) || v.paused ? 0 : v.currentTime - pace.currentTime;
        if (Math.abs(drift) > 0.3) return void this.seek(pace.currentTime);
        const trim = Math.abs(drift) < 0.004 ? 0 : Math.min(0.5, Math.max(-0.5, 5 * drift)); // nobody hears it
        const rate = this.rate * (1 - Math.round(trim * 100) / 100);
        if (v.playbackRate !== rate) v.playbackRate = rate;
      }
      this.changed();
      this.steer();
    };
    this.steering = requestAnimationFrame(turn);
  }

  // measure learns the length of a frame from the times of those shown. Some are
  // skipped, so the shortest counts.
  measure(v) {
    if (!v.requestVideoFrameCallback) return;
    let last = NaN;
    const shown = (_, { mediaTime }) => {
      const length = mediaTime - last;
      if (!v.paused && length > 1 / 130 && length < 1 / 8) {
        this.measured = Math.min(this.measured || 1, common(length));
      }
      last = mediaTime;
      if (this.videos.includes(v)) v.requestVideoFrameCallback(shown);
    };
    v.requestVideoFrameCallback(shown);
  }
}

function atEnd(v) {
  return v.ended || (v.duration > 0 && v.currentTime >= v.duration - 1e-3);
}

// common returns the usual length of a frame nearest to a measured one, which
// may be rounded.
function common(length) {
  const rates = [24 / 1.001, 24, 25, 30 / 1.001, 30, 48, 50, 60 / 1.001, 60, 120];
  const off = (rate) => Math.abs(length * rate - 1);
  const near = rates.reduce((a, b) => (off(b) < off(a) ? b : a));
  return off(near) < 0.03 ? 1 / near : length;
}
