// Starts the renderer on the description of this simulator, with its error codes, its discrepancies and the guides.

import { init } from "/docs/redoc.js";

const answer = await fetch("/docs/site.json");
// The renderer writes to nobody; the policy of this page would not let it.
init(await answer.json(), { disableTelemetry: true }, document.getElementById("redoc"));
