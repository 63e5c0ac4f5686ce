// Which leg is next: the first of the plan whose visit is still owed. No state, no page.
const WITHOUT_WINDOW = 15 * 60 * 1000;

export function holding(bundle, level) {
  return bundle.levels.find((one) => one.level === level) || bundle.levels[0];
}

// What to do now, as { kind } and, where there is somewhere to go, { checkpoint, at, start, end, late }:
//   leg      by the plan
//   extra    the plan is walked, and it leaves this open window out
//   free     no plan was drawn: the window that ends first
//   later    no plan was drawn: `start` says when the next window begins
//   done     every leg is walked; `then` says when a window begins that the plan leaves out, else null
//   spare    the plan has no leg for this beat; `then` as above
//   nothing  no visit is owed
export function next(bundle, beat, level, visits, now) {
  const held = holding(bundle, level);
  const windows = held.windows.map(readWindow);
  const own = held.legs.filter((leg) => leg.beat === beat);
  const owed = (found) => found.filter((one) => now < one.last && !visited(one, visits));
  const legs = own.map((leg) => fromLeg(leg, windows)).sort((a, b) => a.at - b.at);
  const [leg] = owed(legs);
  if (leg) {
    return { ...leg, kind: "leg", late: now >= leg.end };
  }
  const bare = withoutLeg(bundle, beat, windows, held.legs);
  const left = owed(bare);
  if (!held.legs.length) {
    const [first] = left;
    return first
      ? { ...first, kind: first.start > now ? "later" : "free", late: now >= first.end }
      : { kind: bare.length ? "done" : "nothing", then: null };
  }
  const open = left.find((one) => one.start <= now);
  if (open) {
    return { ...open, kind: "extra", late: now >= open.end };
  }
  return { kind: own.length ? "done" : "spare", then: left.length ? Math.min(...left.map((one) => one.start)) : null };
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

function holds(window, leg) {
  const at = Date.parse(leg.at);
  return window.checkpoint === leg.checkpoint && window.start <= at && at < window.end;
}

function fromLeg(leg, windows) {
  const at = Date.parse(leg.at);
  const window = windows.find((one) => holds(one, leg));
  return window
    ? { checkpoint: leg.checkpoint, at, start: window.start, end: window.end, last: window.last }
    : { checkpoint: leg.checkpoint, at, start: at - WITHOUT_WINDOW, end: at + WITHOUT_WINDOW, last: at + WITHOUT_WINDOW };
}

// The windows of the beat's checkpoints that no guard's leg serves, the one that ends first before the others. A plan
// for too few guards leaves some out; without any plan it is all of them.
function withoutLeg(bundle, beat, windows, legs) {
  const walked = bundle.beats.find((one) => one.code === beat)?.checkpoints;
  return windows
    .filter((one) => !walked?.length || walked.includes(one.checkpoint))
    .filter((one) => !legs.some((leg) => holds(one, leg)))
    .map((one) => ({ checkpoint: one.checkpoint, at: one.start, start: one.start, end: one.end, last: one.last }))
    .sort((a, b) => a.end - b.end);
}

function visited(leg, visits) {
  return visits.some(
    (visit) =>
      visit.checkpoint === leg.checkpoint && visit.at >= leg.start && visit.at < Math.max(leg.last, leg.end),
  );
}
