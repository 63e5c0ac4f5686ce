// Names on the map: the next checkpoint's always, the others' small, where they hide nothing.
const LONGEST = { next: 20, other: 14 };
const WIDE = { next: 8, other: 6 };
const HIGH = { next: 18, other: 13 };

// The name of the next checkpoint beside its mark, where it hides the fewest others and stays on the picture.
export function ofNext([x, y], name, others, paper) {
  const text = shortened(name, LONGEST.next);
  const width = widthOf(text) * WIDE.next;
  const box = ([left, top]) => ({ left, top, right: left + width, bottom: top + HIGH.next });
  const hides = (place) =>
    others.filter(([ox, oy]) => touches(grown(box(place), 9), { left: ox, top: oy, right: ox, bottom: oy })).length +
    (inside(box(place), paper) ? 0 : 100);
  const places = [[x + 22, y - 9], [x - 22 - width, y - 9], [x - width / 2, y - 42], [x - width / 2, y + 24]];
  const best = places.reduce((one, other) => (hides(other) < hides(one) ? other : one));
  return { text, ...box(best) };
}

// The names that can be read: each beside its mark, over no mark, no other name, and inside the picture. `marks` are
// { at: [x, y], name }, those that matter most first; `taken` are boxes that must stay free.
export function ofOthers(marks, taken, paper) {
  const found = [];
  const dots = marks.map(({ at: [x, y] }) => grown({ left: x, top: y, right: x, bottom: y }, 9));
  marks.forEach(({ at: [x, y], name }, number) => {
    const text = shortened(name, LONGEST.other);
    const width = widthOf(text) * WIDE.other;
    const places = [[x + 12, y - 6], [x - 12 - width, y - 6], [x - width / 2, y - 24], [x - width / 2, y + 12]];
    const boxes = places.map(([left, top]) => ({ left, top, right: left + width, bottom: top + HIGH.other }));
    const free = boxes.find(
      (box) =>
        text &&
        inside(box, paper) &&
        ![...taken, ...found].some((one) => touches(grown(box, 1), one)) &&
        !dots.some((dot, other) => other !== number && touches(box, dot)),
    );
    if (free) {
      found.push({ ...free, text });
    }
  });
  return found;
}

function inside({ left, top, right, bottom }, paper) {
  return left >= 4 && right <= paper.width - 4 && top >= 4 && bottom <= paper.height - 6;
}

function touches(one, other) {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}

function grown({ left, top, right, bottom }, by) {
  return { left: left - by, top: top - by, right: right + by, bottom: bottom + by };
}

// In Latin letters; a Chinese character is as wide as two.
function widthOf(name) {
  return [...name].reduce((width, letter) => width + (letter > "\u2e7f" ? 2 : 1), 0);
}

function shortened(name, longest) {
  const letters = [...name];
  while (widthOf(letters) > longest) {
    letters.pop();
  }
  return letters.length < [...name].length ? `${letters.join("")}…` : name;
}
