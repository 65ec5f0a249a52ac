// What is asked of the program behind the page, and what its trainings tell.

// JSON of an address; raises what the program says where it refuses.
export async function ask(address, options = {}) {
  let response;
  try {
    response = await fetch(address, options);
  } catch {
    throw new Error("The program does not answer: is it still running?");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error ?? `The program answered ${response.status}.`);
  return answer;
}

export function post(address, body = {}) {
  const headers = { "Content-Type": "application/json" };
  return ask(address, { method: "POST", headers, body: JSON.stringify(body) });
}

// The one training that runs, or the last: followed from its beginning, however late.
export class Trainings {
  constructor() {
    this.followers = {};
  }

  // `follower` has begin(job), epoch, weights, state and end, for trainings of a kind.
  listen(kind, follower) {
    this.followers[kind] = follower;
  }

  async start(wanted) {
    try {
      await post("/job", wanted);
    } finally {
      await this.follow();  // also where another page has started one
    }
  }

  async follow() {
    const job = await ask("/job"), follower = this.followers[job.kind];
    if (job.job === null || !follower) return;
    this.source?.close();
    const source = this.source = new EventSource("/job/events");
    follower.begin(job);
    source.onerror = () => this.lose(source, follower);
    for (const name of ["state", "epoch", "weights", "end"]) {
      source.addEventListener(name, ({ data }) => {
        if (name === "end") source.close();
        follower[name]?.(JSON.parse(data));
      });
    }
  }

  // A browser tries again by itself, but not for ever, and not where nothing is found.
  async lose(source, follower) {
    if (source !== this.source) return;
    const told = await ask("/job").catch((error) => ({ job: null, sentence: error.message }));
    if (source !== this.source || source.readyState === EventSource.OPEN || told.job !== null) return;
    source.close();
    follower.end({ state: "failed", result: { sentence: told.sentence ?? "the program was started anew" } });
  }
}

// "3 of 80 epochs", or what is being prepared.
export function progressOf({ state, what, share, epoch, epochs }) {
  if (state === "preparing") return { value: share ?? 0, words: `${what ?? "preparing"} …` };
  return { value: epochs ? epoch / epochs : 0, words: `epoch ${epoch} of ${epochs}` };
}
