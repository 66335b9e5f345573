// Talks to the simulator's control interface.

async function call(method, path, body) {
  const request = { method, headers: {} };
  if (body instanceof Blob) {
    request.body = body;
  } else if (body !== undefined) {
    request.headers["content-type"] = "application/json";
    request.body = JSON.stringify(body);
  }
  const answer = await fetch(path, request);
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(said.error ?? said.error_msg ?? `HTTP ${answer.status}`);
  return said;
}

export const get = (path) => call("GET", path);
export const post = (path, body) => call("POST", path, body);
export const put = (path, body) => call("PUT", path, body);
export const remove = (path) => call("DELETE", path);

/** Gives the simulator a file to keep. Its id comes back. */
export const sendFile = async (file) => (await post(`/_sim/file?name=${encodeURIComponent(file.name)}`, file)).file;

/** Runs something that may fail, and shows the failure where its reader looks. */
export async function attempt(place, work) {
  place.textContent = "";
  try {
    return await work();
  } catch (error) {
    place.textContent = error.message;
    return undefined;
  }
}

/** Calls `told` with each state of the simulator, `line` with true while the connection stands. */
export function follow(told, line) {
  const source = new EventSource("/_sim/events");
  source.addEventListener("state", (event) => {
    line(true);
    told(JSON.parse(event.data));
  });
  source.addEventListener("error", () => {
    line(false);
    // The browser tries again by itself, unless it was answered with a refusal.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => follow(told, line), 2000);
  });
}
