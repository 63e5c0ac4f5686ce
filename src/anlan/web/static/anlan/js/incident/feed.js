// What others write: by the stream where there is one, else asked for every two seconds. Nothing heard for ten seconds
// means that the server is out of reach.
const SILENCE_MS = 10000;
const ASK_MS = 2000;

export class Feed {
  constructor(ways, last, taken, changed) {
    this.ways = ways;
    this.last = last;
    this.taken = taken;
    this.changed = changed;
    this.heard = Date.now();
    this.failures = 0;
    this.state = "";
    setInterval(() => this.look(), 1000);
    if (ways.stream && "EventSource" in window) {
      this.stream();
    } else {
      this.ask();
    }
  }

  stream() {
    const source = new EventSource(`${this.ways.stream}?after=${this.last()}`, { withCredentials: true });
    source.addEventListener("entries", (event) => {
      this.hear("live");
      this.taken(JSON.parse(event.data));
    });
    source.addEventListener("pulse", () => this.hear("live"));
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED || this.failures++ > 5) {
        source.close();
        this.ask();
        setTimeout(() => {
          this.failures = 0;
          this.stopped = true;
          this.stream();
        }, 60000);
      }
    };
    source.onopen = () => {
      this.failures = 0;
      this.stopped = true;
      this.hear("live");
    };
  }

  async ask() {
    this.stopped = false;
    while (!this.stopped) {
      try {
        const answer = await fetch(`${this.ways.log}?after=${this.last()}`, { credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(8000) });
        if (answer.ok && answer.headers.get("Content-Type")?.includes("json")) {
          const { entries, last } = await answer.json();
          this.hear("asking");
          this.taken(entries);
          if (this.last() < last) {
            continue;
          }
        }
      } catch {
        // Said by the banner.
      }
      await new Promise((resolve) => setTimeout(resolve, ASK_MS));
    }
  }

  hear(state) {
    this.heard = Date.now();
    this.state = state;
    this.changed();
  }

  look() {
    if (this.state !== "lost" && (!navigator.onLine || Date.now() - this.heard > SILENCE_MS)) {
      this.state = "lost";
      this.changed();
    }
  }
}
