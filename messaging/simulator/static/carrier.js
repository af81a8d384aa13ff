// The carrier's API as the page uses it. Every call throws an Error whose message is a sentence for people.

async function json(path, options) {
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Error("The simulated carrier does not answer. Is it running?");
  }
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(body.error ?? `The simulated carrier answered ${answer.status}.`);
  return body;
}

const textsOf = (number) => `/handsets/${encodeURIComponent(number)}/texts`;

export const fetchSenders = () => json("/handsets/senders");

export const fetchTexts = (number) => json(textsOf(number));

export const sendText = (number, to, body) =>
  json(textsOf(number), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ to, body }),
  });

// Calls `onNews(number)` for each phone with news, and `onState("live" | "waiting")`. Returns the way to stop.
export function listen(numbers, onNews, onState) {
  const query = new URLSearchParams(numbers.map((number) => ["number", number]));
  const source = new EventSource(`/handsets/events?${query}`);
  source.onopen = () => {
    onState("live");
    numbers.forEach(onNews); // what happened while nobody listened
  };
  source.onerror = () => onState("waiting");
  source.onmessage = (event) => onNews(JSON.parse(event.data));
  return () => source.close();
}
