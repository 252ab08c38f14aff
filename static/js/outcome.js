// What results from the answers to the preparation questions. Rows alike come as [number, answers that make them go, answers that change them].

/** `answers` tells for each question whether it is a Yes. A name with "-" in front happens on a No. */
export function count(groups, answers) {
  const happens = (names) => names.some((name) => (name.startsWith("-") ? answers[name.slice(1)] === false : answers[name] !== false));
  const result = { n: 0, kept: 0, changed: 0, gone: 0 };
  for (const [n, goes, changes] of groups) {
    result.n += n;
    result[happens(goes) ? "gone" : happens(changes) ? "changed" : "kept"] += n;
  }
  return result;
}
