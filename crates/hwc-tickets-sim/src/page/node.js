// Makes and refreshes parts of the page. Text only ever goes in as text, so that nothing a stranger wrote becomes markup.

/** An element. `about` holds attributes; `text` among them is its text. */
export function make(name, about = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(about)) {
    if (key === "text") node.textContent = value;
    else if (value === true) node.setAttribute(key, "");
    else if (value !== false && value !== undefined && value !== null) node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

/** Brings a list up to date. Nodes of items that did not change stay as they are, focus and all. */
export function refresh(list, items, { key, create, fill, context = "" }) {
  const old = new Map([...list.children].map((node) => [node.dataset.key, node]));
  const wanted = new Set(items.map((item) => String(key(item))));
  for (const [name, node] of old) if (!wanted.has(name)) node.remove();
  let place = list.firstElementChild;
  for (const item of items) {
    const name = String(key(item));
    let node = old.get(name);
    if (!node) {
      node = create(item);
      node.dataset.key = name;
    }
    const state = JSON.stringify(item) + context;
    if (node.shown !== state) {
      node.shown = state;
      fill(node, item);
    }
    if (node === place) place = place.nextElementSibling;
    else list.insertBefore(node, place);
  }
}

/** A select with these values; what was chosen stays chosen. */
export function options(select, entries) {
  const chosen = select.value;
  const texts = JSON.stringify(entries);
  if (select.shown === texts) return; // Not while it is open.
  select.shown = texts;
  select.replaceChildren(...entries.map(([value, text]) => make("option", { value, text })));
  if (entries.some(([value]) => value === chosen)) select.value = chosen;
}

/** A choice that takes effect with the button beside it. Until then it is not overwritten by what is in force. */
export class Choice {
  constructor(select, form, take) {
    this.select = select;
    this.open = false;
    select.addEventListener("input", () => {
      this.open = true;
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.open = false;
      take(select.value);
    });
  }

  /** Shows what is in force. */
  show(entries, value) {
    options(this.select, entries);
    if (!this.open) this.select.value = value;
  }
}
