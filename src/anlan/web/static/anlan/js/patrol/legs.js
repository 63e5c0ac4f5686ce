// Which leg is next: the first of the plan whose visit is still owed. No state, no page.
const WITHOUT_WINDOW = 15 * 60 * 1000;

export function holding(bundle, level) {
  return bundle.levels.find((one) => one.level === level) || bundle.levels[0];
}

// { kind: "leg" | "free" | "later" | "done" | "nothing", checkpoint, at, start, end, late }
export function next(bundle, beat, level, visits, now) {
  const held = holding(bundle, level);
  const windows = held.windows.map(readWindow);
  const legs = held.legs.filter((leg) => leg.beat === beat);
  const found = legs.length
    ? legs.map((leg) => fromLeg(leg, windows)).sort((a, b) => a.at - b.at)
    : withoutPlan(bundle, beat, windows);
  const owed = found.filter((one) => now < one.last && !visited(one, visits));
  const first = owed[0];
  if (!first) {
    return { kind: found.length ? "done" : "nothing" };
  }
  const kind = legs.length ? "leg" : first.start > now ? "later" : "free";
  return { ...first, kind, late: now >= first.end };
}

// The latest scan of each checkpoint that was scanned in a window that is open now: code to moment.
export function scanned(bundle, level, visits, now) {
  const open = holding(bundle, level).windows.map(readWindow).filter((one) => one.start <= now && now < one.end);
  const found = new Map();
  for (const visit of visits.filter((one) => !one.missed)) {
    if (open.some((one) => visited(one, [visit]))) {
      found.set(visit.checkpoint, Math.max(visit.at, found.get(visit.checkpoint) || 0));
    }
  }
  return found;
}

function readWindow(window) {
  const end = Date.parse(window.end);
  return { ...window, start: Date.parse(window.start), end, last: end + window.grace * 1000 };
}

function fromLeg(leg, windows) {
  const at = Date.parse(leg.at);
  const window = windows.find((one) => one.checkpoint === leg.checkpoint && one.start <= at && at < one.end);
  return window
    ? { checkpoint: leg.checkpoint, at, start: window.start, end: window.end, last: window.last }
    : { checkpoint: leg.checkpoint, at, start: at - WITHOUT_WINDOW, end: at + WITHOUT_WINDOW, last: at + WITHOUT_WINDOW };
}

// Without a drawn plan every window of the beat's checkpoints is a leg; the one that ends first comes first.
function withoutPlan(bundle, beat, windows) {
  const walked = bundle.beats.find((one) => one.code === beat)?.checkpoints;
  return windows
    .filter((one) => !walked?.length || walked.includes(one.checkpoint))
    .map((one) => ({ checkpoint: one.checkpoint, at: one.start, start: one.start, end: one.end, last: one.last }))
    .sort((a, b) => a.end - b.end);
}

function visited(leg, visits) {
  return visits.some(
    (visit) =>
      visit.checkpoint === leg.checkpoint && visit.at >= leg.start && visit.at < Math.max(leg.last, leg.end),
  );
}
