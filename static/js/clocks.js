// Waiting times that tick and turn late. The words are those the server writes (base/words.py, duration).

/** @param {number} seconds */
export function duration(seconds) {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 600) return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
  if (minutes < 5760) return `${Math.round(minutes / 60)} h`;
  return `${Math.round(minutes / 1440)} days`;
}

/** Brings every waiting time and due moment up to now. @param {ParentNode} page */
export function tick(page) {
  const now = Date.now();
  for (const time of page.querySelectorAll("time[data-since]")) {
    write(time, duration(Math.max(0, (now - Date.parse(time.dateTime)) / 1000)));
  }
  for (const time of page.querySelectorAll("time[data-due]")) {
    const row = time.closest("tr");
    const waiting = row.querySelector(".wait");
    const due = Date.parse(time.dateTime);
    const left = (due - now) / 1000;
    write(time, left >= 0 ? `${duration(left)} left` : `due ${duration(-left)} ago`);
    const tone = toneOf(left, (due - Date.parse(waiting.dateTime)) / 1000);
    for (const told of [waiting, row.querySelector("[data-turns] .badge")]) if (told) turn(told, tone);
  }
}

/** The tone the server gives (metrics/pages/people_rows.py): near from half of the time on. @param {number} left @param {number} target */
function toneOf(left, target) {
  if (left < 0) return "bad";
  return left <= target / 2 ? "near" : "";
}

function turn(element, tone) {
  for (const one of ["near", "bad"]) element.classList.toggle(one, one === tone);
}

/** Writes only what changed: nothing is laid out again every second. */
function write(element, words) {
  if (element.textContent !== words) element.textContent = words;
}
