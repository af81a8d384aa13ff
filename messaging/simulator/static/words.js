// How numbers, times and states are written on the phones.

const KINDS = { short_code: "Short code", long_code: "Long code", toll_free: "Toll-free" };

export const kindOf = (sender) =>
  KINDS[sender.kind] + (sender.advanced_opt_out ? " · advanced opt-out" : "");

export function pretty(number) {
  const parts = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number);
  return parts ? `+1 ${parts[1]} ${parts[2]} ${parts[3]}` : number;
}

export const clockTime = (moment) =>
  new Date(moment).toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });

const AUTHORS = { app: "the app", carrier: "the carrier" };

// The small line under a bubble: [words, is it a fault].
export function captionOf(text) {
  const time = clockTime(text.at);
  const sentence = (words) => words.charAt(0).toUpperCase() + words.slice(1);
  if (text.direction === "sent") {
    if (text.problem) return [`${time} · ${sentence(text.problem)}`, true];
    return [`${time} · ${text.webhook_status ? "Delivered to the app" : "Sending to the app…"}`, false];
  }
  if (text.status !== "delivered") return [`${time} · Not delivered · error ${text.error_code}`, true];
  return [`${time} · From ${AUTHORS[text.by]}${text.parts > 1 ? ` · ${text.parts} parts` : ""}`, false];
}
