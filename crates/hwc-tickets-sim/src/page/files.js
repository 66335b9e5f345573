// Files to go with an answer: chosen, shown, taken off again, and sent once.

import { sendFile } from "./control.js";
import { make, refresh } from "./node.js";
import { language, say } from "./words.js";

let chosenSoFar = 0;

export class Files {
  /** The files of the draft in view. Each has an id once the simulator keeps it, and the run that this is of. */
  files = [];

  constructor(button, input, list) {
    this.button = button;
    this.list = list;
    button.addEventListener("click", () => input.click());
    input.addEventListener("change", () => {
      this.show([...this.files, ...[...input.files].map((file) => ({ number: (chosenSoFar += 1), file, id: null }))]);
      input.value = "";
    });
  }

  show(files = this.files) {
    this.files = files;
    refresh(this.list, files.map(({ number, file }) => ({ number, name: file.name })), {
      key: ({ number }) => number,
      context: language,
      create: ({ number }) => {
        const off = make("button", { type: "button" });
        off.addEventListener("click", () => {
          this.show(this.files.filter((each) => each.number !== number));
          this.button.focus();
        });
        return make("li", { class: "file" }, make("bdi"), off);
      },
      fill: (node, { name }) => {
        node.firstElementChild.textContent = name;
        node.lastElementChild.replaceChildren(make("span", { "aria-hidden": "true", text: "×" }), make("span", { class: "unseen", text: say("take_off", { name }) }));
      },
    });
  }
}

/** Ids of files in this run of the simulator. One that it keeps already is not sent again; one of a run before means nothing, or another file. */
export async function idsOf(files, run) {
  for (const each of files) {
    if (each.id === null || each.run !== run) Object.assign(each, { id: await sendFile(each.file), run });
  }
  return files.map(({ id }) => id);
}

/** The way to a file that a message has. */
export function link(id, name) {
  const text = [make("span", { class: "quiet", text: `${say("file")} ` }), make("bdi", { text: name || id })];
  // One that was deleted has no name.
  return name ? make("a", { class: "file", href: `/_sim/file?id=${encodeURIComponent(id)}`, download: name, title: id }, ...text) : make("span", { class: "file", title: id }, ...text);
}
