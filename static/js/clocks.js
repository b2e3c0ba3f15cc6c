// Waiting times that tick. The words are those the server writes (base/words.py, duration).

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
    const left = (Date.parse(time.dateTime) - now) / 1000;
    write(time, left >= 0 ? `${duration(left)} left` : `due ${duration(-left)} ago`);
    if (left < 0) time.closest("td").querySelector(".wait").classList.replace("near", "bad");
  }
}

/** Writes only what changed: nothing is laid out again every second. */
function write(element, words) {
  if (element.textContent !== words) element.textContent = words;
}
