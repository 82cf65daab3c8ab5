// Fills a run-time element by element: one value that it does not take (a date written another way) must not cost the others.
export function fill(api, data, complaints) {
  for (const [path, value] of Object.entries(data)) {
    const names = path.split(".");
    const last = names.pop();
    try {
      api.loadFromJSON({ [last]: value }, ["cmi", ...names].join("."));
    } catch (problem) {
      complaints.add(`resume: cmi.${path}: ${problem.message || problem}`);
    }
  }
}
