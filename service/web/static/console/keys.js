// Keys of the desk. The letter counts, whatever the layout: where a key types none of the Latin letters its place on the
// keyboard says which one is meant.

const LETTER = /^[a-z]$/i;

/** The name of a pressed key: "a", "A" with Shift, "1", "Shift1", "/", "?", "ArrowDown"; empty for what is none of the desk's. */
export const named = (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.keyCode == 229) return "";
  const { key, code } = event;
  if (LETTER.test(key)) return event.shiftKey ? key.toUpperCase() : key.toLowerCase();
  const place = /^(?:Key|Digit|Numpad)([A-Z\d])$/.exec(code)?.[1];
  if (place && /\d/.test(place)) return event.shiftKey ? "Shift" + place : place;
  // Before the letter's place: an Arabic layout has its question mark and its slash where others have letters.
  if (key == "?" || key == "؟") return "?";
  if (key == "/") return "/";
  if (place) return event.shiftKey ? place : place.toLowerCase();
  if (code == "Slash") return event.shiftKey ? "?" : "/";
  return /^Arrow(?:Up|Down)$|^Escape$/.test(key) ? key : "";
};

export const typing = (node) => !!node.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog[open]");
